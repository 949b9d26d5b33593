"""Contacts and referrals at the front door: the decision, its threshold, its rationale.

For: deciding on a notification, and refusing what is not whole (but never protection).
Not for: what happens in the plan that follows (`pathways`).
"""
