"""Places that somebody could make safer: what happens there, and what is done about it. No child stands on these pages."""
