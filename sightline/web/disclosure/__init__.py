"""Packs for somebody outside, and decisions to share or not to."""
