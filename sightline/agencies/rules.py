"""Who may do what. Pure."""

from __future__ import annotations

from sightline.agencies.types import Actor
from sightline.definition.outcomes import Decision
from sightline.definition.types import Partnership


def may(actor: Actor, permission: str, partnership: Partnership) -> Decision:
    """Whether the actor's role holds a named right. Deny by default; there is no superuser."""
    declared = partnership.permission.get(permission)
    words = declared.title if declared else permission
    role = partnership.role.get(actor.role)
    if permission in actor.permissions:
        return Decision(True, "permitted", f"{role.title if role else actor.role} may: {words}", f"role/{actor.role}")
    who = role.title.lower() if role else actor.role
    return Decision(False, "not-permitted", f"As {who} you cannot do this ({words.lower()}).", f"role/{actor.role}")


def inboxes(actor: Actor) -> list[str]:
    """The names under which somebody is told of anything: their own, their role's, their agency's, their team's."""
    if actor.machine:
        return []
    found = [f"worker:{actor.id}", f"role:{actor.role}"]
    if actor.agency:
        found += [f"agency:{actor.agency}", f"role:{actor.role}@{actor.agency}"]
    if actor.team:
        found.append(f"team:{actor.team}")
    return found
