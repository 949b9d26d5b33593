"""Append-only entries: what happened, who said so, when it was known.

For: writing entries and their corrections; reading a child's chronology through the gate, now or as known on a date;
opening routine records when a concern opens.
Not for: who the child is (`identity`), what it may mean (`signals`), what is due (`clocks`).
"""
