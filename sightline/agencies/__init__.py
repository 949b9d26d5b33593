"""Agencies, teams, people, roles; the Actor, and what an actor may do.

For: who somebody is, for whom they act, which named rights they hold; tokens of agencies' own systems.
Not for: which child's record somebody may see (that is `sharing`).
"""
