"""One gate: decide, filter, record the disclosure. Owns ties and labels, and knows nothing else.

For: the four levels of sight (full, headline, pointer, hidden), from one policy tree that is both compiled to a
database filter and evaluated for one record; and the ledger record of every response.
Not for: permissions to do something (`agencies.rules.may`), nor the state of a case.
"""
