"""`python -m tests.hostile DIR`: writes every hostile file into a folder of its own below DIR, to be tried by hand."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.hostile import archives, documents, markup, others, sets, texts, workbooks
from tests.hostile.corpus import CORPUS

assert archives and documents and markup and others and sets and texts and workbooks
if len(sys.argv) != 2:
    sys.exit(__doc__)
for one in CORPUS:
    folder = Path(sys.argv[1]) / one.name
    if folder.exists():
        sys.exit(f"{folder} is there already: name a new folder")
    folder.mkdir(parents=True)
    print(one.build(folder))
