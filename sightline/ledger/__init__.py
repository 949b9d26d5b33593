"""The append-only record of who changed what and who saw what, with proof that nothing was altered.

For: one record a change, one a response, one a machine's run; append-only tables for other modules.
Not for: the chronology of a child (that is `chronology`), nor the deciding (that is `sharing`).
"""
