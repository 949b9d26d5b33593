"""How time is counted: working days, school days, spans such as `15 working days`, partial dates, London's clock.

For: every limit, deadline and age in the system; offline, without a database, without looking at the clock (only
`moment` says what time it is).
Not for: which limit applies to what. That is declared (`definitions/…/clocks/`) and followed in `clocks/rules.py`.
"""
