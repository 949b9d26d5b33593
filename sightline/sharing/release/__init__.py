"""Whether something that is about to leave carries a protected value: an address, a number, the name of a refuge.

For: looking through texts, tables, documents, pictures and mail, exact, written otherwise, misspelt or split. Pure: values
and artefacts come in, hits go out.

Not for: which values are protected from whom, and what happens on a hit: `identity.release` is the gate. Not for hiding
what stands on a page: `identity.protected` masks it, with the same eyes.
"""

from sightline.sharing.release.scanner import Scanner
from sightline.sharing.release.types import EXACT, FUZZY, NORMALISED, UNREADABLE, Artefact, Hit, Value

__all__ = ["Artefact", "EXACT", "FUZZY", "Hit", "NORMALISED", "Scanner", "UNREADABLE", "Value"]
