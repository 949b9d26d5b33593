"""Telling the police something: the partnership’s portal, for those who tell and those who grade."""
