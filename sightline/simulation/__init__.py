"""An invented partnership: the files that its agencies would send, and the truth behind them.

    made = simulate(Wanted(partnership="leeds", scale=1.0, years=2, seed=1, out=Path("var/city")))

`out/feeds/` holds what agencies send, written by the same declared mappings by which intake reads it, and the council's
Standard Safeguarding Dataset in `out/feeds/ssd/`; `out/truth/` who is who, what really happened and what was planted,
which the system never sees. The same wish gives the same bytes, in one process or in many.

How it goes: every family is sketched (`shard`), the whole city planned so that its totals are the declared figures
(`plan`, `kinds`, `targets`), and then each shard of a thousand children made and told again, on its own (`life` and its
neighbours). Memory holds outlines of families, and a few shards.

For: demonstration, tests, benches, measuring matching and signals. Not for: research about real children. Nothing here is
drawn from any record; harm does not follow from ethnicity, school or where a family lives (unless a file of biases is
given, to test fairness); every number is from a range kept for testing or drama. Only `definition` and `timescales` are
imported.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sightline.simulation.city import Made, Wanted, simulate


def __getattr__(name: str) -> Any:
    """A whole city is read where one is made: `sightline check` asks for storylines alone."""
    if name in __all__:
        return getattr(import_module("sightline.simulation.city"), name)
    raise AttributeError(name)


__all__ = ["Made", "Wanted", "simulate"]
