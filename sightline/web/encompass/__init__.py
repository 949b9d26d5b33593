"""Telling schools after domestic abuse: what a school was told, and what a person must find out."""
