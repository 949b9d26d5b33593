"""Sending a concern: forms made from record types, for every agency, and the page for the public.

For: the form, what is kept while it is typed, what is offered from what is held, the receipt, what became of it, totals of what
notices say. Not for: what a record type asks (`definitions/…/records`), nor what is done with a concern (`jobs.notifying`).
"""
