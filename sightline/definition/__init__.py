"""What a partnership is, as data: its agencies, roles, records, clocks, feeds and sharing rules.

For: reading `definitions/<partnership>/`, overlaying it on its base, finding every fault at once,
and handing out an immutable, hashed `Partnership`.
Not for: deciding anything. What a rule *does* stands in the module of its kind (a sharing rule in
`sharing/rules.py`, a clock in `clocks/rules.py`). Plain Python: no Django, no database.
"""
