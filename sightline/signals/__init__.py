"""Warning signs derived from a child's chronology by declared rules: each explains itself and can be recomputed.

For: saying that a pattern is complete, since when, resting on which entries. A signal prompts a person; it decides nothing.
Not for: what happened (`chronology`), nor what is due (`clocks`). Nothing is stored: signals follow from entries.
"""
