"""Help, words, accessibility, and whether we are alive."""
