"""Boards, subgroups and other groups of the partnership."""

from __future__ import annotations

from sightline.definition.base import Listed, Thing


class Group(Thing):
    """A board, subgroup or meeting structure (its history comes with the registry)."""

    part_of: str = ""
    chair: str = ""
    every: str = ""
    members: Listed = ()
