"""Asking about ties, for those who string stages together."""

from __future__ import annotations

from sightline.sharing.reading import Reading, reading

__all__ = ["Reading", "reading"]
