"""Journeys: what people do, in Debian's chromium, on a copied database; each page looked at, by machine and by eye."""
