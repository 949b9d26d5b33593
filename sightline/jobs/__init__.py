"""Verbs that string stages together, each in one transaction; what must follow; the schedule; the worker.

For: receive a record (inbox, identity, chronology, clocks and ties at once), correct one, open a concern.
Every door calls these: pages, API, feeds, stories. Not for: rules of any one stage.
"""
