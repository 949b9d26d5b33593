"""`sightline signals on`: see `signals_switch`."""

from __future__ import annotations

from typing import Any

from sightline.commands.signals_switch import add_switch, run

__all__ = ["add_parser", "run"]


def add_parser(below: Any) -> None:
    add_switch(
        below,
        "on",
        "switch a rule, or all of them, on again",
        "Shows what it had raised, and computes what happened meanwhile. A person switches on. A rule that stopped by itself\n"
        "because of an unexplained rate is explained on its page first.",
        "Example: sightline signals on repeat-missing --by paul --because 'The feed is mended since 14:00.'",
    )
