"""Pages, by the user's task: my work, find a child, the child's page, an entry, loads, matches.

Not for rules or tables: what follows from what is in each module's `rules`, what is kept in its `models`. A page asks
`queries` (through a `Reading`, which is the gate) and tells `actions`; it never asks "may this be seen?".

Who may open which page is one table, `permissions.py`, enforced once, in `middleware.py`.
"""
