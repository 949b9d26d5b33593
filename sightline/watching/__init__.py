"""Who reads what about whom: who has seen a child, whose reading is unusual, and what hindsight would have shown.

For: the list of everybody who was shown something of a child (from the ledger, followed as it grows); prompts about
unusual reading and their review; children flagged as ones whom people may be curious about; the hindsight of a review.
Not for: deciding who may see what (`sharing`), nor for writing the record of it (`ledger`).
"""
