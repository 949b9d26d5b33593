"""Pages for keeping a record, or all that is held about a child, to named people.

For: who is named, why, naming others, lifting it. Not for: opening what is kept in an emergency (`web/emergency`).
"""
