"""Sightline: what every agency knows about a child, lawfully, in one explainable picture, and somebody who acts on it."""
