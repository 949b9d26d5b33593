"""Feeds: which there are, and a new supplier's file mapped on the page, step by step, and approved by a second person."""
