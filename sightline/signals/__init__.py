"""Warning signs derived from a child's chronology by declared rules: each explains itself and can be recomputed.

For: saying that a pattern is complete, since when, resting on which entries; who was told, and what they answered. A signal
prompts a person; it decides nothing. What stands is a projection of entries; what became of it is added, and never changed.
Not for: what happened (`chronology`), nor what is due (`clocks`).
"""
