"""Who answers for the rules of signs: how each does, for whom, what was changed, drafts, and the off switch."""
