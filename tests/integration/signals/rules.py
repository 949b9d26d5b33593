"""Rules of the tests' own, so that no test depends on what a partnership declares."""

from sightline.definition.types import Signal
from sightline.signals import needs, rules

MISSING = {"record": "missing-episode", "counts-as": "missing"}


def rule(name="repeat-missing", **more):
    """A rule: three absences within 90 days, unless said otherwise. Named as one that is declared, for messages name rules."""
    values = {
        "id": name,
        "title": "Missing three times",
        "source": "A test",
        "may-mean": "Something.",
        "does-not-mean": "Nothing else.",
        "says": "Missing {count} times in {days} days",
        "when": {"count": MISSING, "at-least": 3, "within": "90 days"},
        "tell": [{"whom": "missing-exploitation-officer", "how": "now", "asking": "Who asks the child?"}],
        "rest": "28 days",
        "ends": {"none": MISSING, "for": "90 days"},
        "owner": "missing-exploitation-officer",
    }
    return Signal.model_validate({**values, **{key.replace("_", "-"): value for key, value in more.items()}})


def in_force(monkeypatch, *some):
    """These rules, and no others, are in force."""
    needs._KEPT.clear()
    monkeypatch.setattr(rules, "in_force", lambda definition, moment: {one.id: one for one in some})
