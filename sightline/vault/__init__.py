"""Keys, sealing and opening, keyed digests.

For: keeping every body encrypted from the first row, and making equal identifiers comparable without storing them.
Not for: deciding who may open what (that is `sharing`); the record of who did (that is `ledger`).
"""
