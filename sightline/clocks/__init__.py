"""Declared timescales running on a child or a record: started, paused and stopped by entries; stored, sorted, shown.

For: what is due when, what is late, and why. Clock rows are derived: they can be deleted and recomputed from entries.
Not for: calendar arithmetic (`timescales`), nor promises that people make (`commitments`).
"""
