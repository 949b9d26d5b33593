"""An invented partnership: the files that its agencies would send, and the truth behind them.

    made = simulate(Wanted(partnership="leeds", children=3000, seed=1, out=Path("var/city")))

`out/feeds/` holds what agencies send, written by the same declared mappings by which intake reads it; `out/truth/` who
is who and what really happened, which the system never sees. The same wish gives the same bytes; families are made one
after another, so that memory does not grow with the city, and a bigger city begins with the smaller one's families.

For: demonstration, tests, benches. Not for: research about real children. Nothing here is drawn from any record; harm
does not follow from ethnicity, school or where a family lives; every number is from a range kept for testing or drama.
Plain Python: only `definition` and `timescales` are imported.
"""

from sightline.simulation.city import Made, Wanted, simulate

__all__ = ["Made", "Wanted", "simulate"]
