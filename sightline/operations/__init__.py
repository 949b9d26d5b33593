"""Keeping the service: copies of the whole database, putting them back, and how this deployment is.

For: `sightline backup`, `restore` and `doctor`, and what `/health` says. It sees tables, files and programs, no record's content.
Not for: what an agency sends (`intake`); proofs of the ledger (`ledger`); what runs by itself (`jobs`).
"""
