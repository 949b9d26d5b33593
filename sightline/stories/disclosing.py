"""Decisions to share and packs in a story: what workers do, and what is expected of a pack."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING
from uuid import UUID

from sightline.agencies.queries import partnership
from sightline.chronology.actions import versions_of
from sightline.definition.nearest import nearest
from sightline.definition.outcomes import Decision, Missing, Refused
from sightline.disclosure.actions import reject_pack
from sightline.disclosure.queries import file, pack
from sightline.disclosure.rules import called
from sightline.disclosure.types import REDACTED, SHOWN, WITHHELD, Pack, To
from sightline.jobs.disclosing import decide_sharing, prepare_pack, release_pack
from sightline.sharing.reading import reading
from sightline.stories.acting_emergencies import _person
from sightline.stories.acting_matches import WaitsForSecond
from sightline.stories.asking_people import Answered
from sightline.stories.model import Act, Expectation
from sightline.stories.reading_events import target

if TYPE_CHECKING:
    from sightline.stories.living import Life

Flags = tuple[str, ...]
SUBJECT_ACCESS = "subject-access"
TOLD = {"yes": "yes", "true": "yes", "no": "no", "false": "no", "later": "later", "": ""}


def _decide_sharing(life: Life, act: Act) -> Flags:
    """`told-family` may be yes, no or later; anything else is read as no, and why."""
    given = {key.replace("-", "_"): str(value) for key, value in act.given.items() if value is not None}
    given["rationale"] = given.pop("because", "") or given.get("rationale", "")
    told = given.get("told_family", "").strip()
    if told.lower() not in TOLD:
        given |= {"told_family": "no", "not_told_because": told}
    else:
        given["told_family"] = TOLD[told.lower()]
    purposes = partnership().codes["purpose"].codes
    given["purpose"] = _purpose(given.get("purpose", ""), purposes)
    if "basis" in given:
        given["basis"] = "; ".join(one.strip() for one in given["basis"].strip("[]").replace("'", "").split(","))
    who, event = target(act.on)
    record = life.records.get(event) if not who else None
    by = life.actor(act.by)
    if record is not None:
        made, flagged = decide_sharing(entry=versions_of(record)[-1], by=by, **given)
    else:
        made, flagged = decide_sharing(person=_person(life, act.on), by=by, **given)
    life.records[act.id] = made
    return flagged


def _purpose(words: str, known: Collection[str]) -> str:
    """A code of purposes, or the nearest one to what a story calls it."""
    return words if words in known else nearest(words, known) or words


def _recipient(life: Life, words: str, purpose: str, about: UUID) -> To:
    """Whom a story means: somebody of its people (or whoever acts for them, `lees-solicitor`), an agency, or words."""
    definition = partnership()
    said = "".join(c if c.isalnum() else " " for c in words.lower().replace("'s", "").replace("’s", "")).split()
    named = [
        key
        for key, one in life.story.people.items()
        if {key.lower(), f"{key.lower()}s", one.given.lower(), f"{one.given.lower()}s"} & set(said)
    ]
    persons = tuple(person for key in named for person in life.persons_of(key))
    if words in life.story.people:
        one = life.story.people[words]
        name = " ".join(part for part in (one.given, one.family) if part) or words
        if purpose == SUBJECT_ACCESS:
            return To("data-subject" if about in persons else "parent-for-a-child", name, persons)
        return To("parent", name, persons)
    if words in definition.agency or words in {a.id for a in life.story.agencies}:
        return To("partner-agency", words, agency=words)
    return To(called(definition, words, purpose), words, persons)


def _release_pack(life: Life, act: Act) -> Flags:
    """Prepares it, with every check of its recipient answered for; it leaves when a second person confirms."""
    definition, by = partnership(), life.actor(act.by)
    about = _person(life, act.on)
    words, purpose = str(act.given.get("recipient") or ""), str(act.given.get("purpose") or "")
    to = _recipient(life, words, purpose, about)
    declared = definition.recipient.get(to.kind)
    if declared is None:
        raise Missing
    if purpose not in declared.for_:
        near = nearest(purpose, declared.for_) if purpose else ""
        purpose = near or declared.for_[0]
    kind = SUBJECT_ACCESS if purpose == SUBJECT_ACCESS else next((k for k in declared.kinds if k != SUBJECT_ACCESS), "")
    made = prepare_pack(
        kind=kind or declared.kinds[0], about=about, to=to, purpose=purpose, by=by, checks=declared.checks
    )
    life.packs[act.id] = made
    stands = _read(life, act.by, made)
    if stands.request:
        life.records[act.id] = UUID(stands.request)
    raise WaitsForSecond


def confirm(life: Life, act: Act, about: Act) -> Flags:
    """A second person reads the pack and lets it go."""
    made = _made(life, about)
    left = release_pack(pack=made, by=life.actor(act.by), seen=_read(life, act.by, made).digest)
    life.records[act.id] = left.entry
    return ()


def reject(life: Life, act: Act, about: Act) -> Flags:
    """A second person does not let it go."""
    because = str(act.given.get("comment") or "") or "Not let go by a second person."
    reject_pack(pack=_made(life, about), because=because, by=life.actor(act.by))
    return ()


def _made(life: Life, about: Act) -> UUID:
    made = life.packs.get(about.id)
    if made is None:
        raise Refused(Decision(False, "wrong-state", "No pack was prepared."))
    return made


def _read(life: Life, who: str, made: UUID) -> Pack:
    with reading(life.actor(who), "safeguarding", recorded=False) as opened:
        return pack(opened, made)


def of_pack(life: Life, expected: Expectation) -> Answered:
    """What stands in a pack, as its preparer reads it; `says` and `lacks` look at all that leaves, file and all."""
    act = next(one for one in life.story.events if one.id == expected.given["event"])
    made = life.packs.get(act.id)
    if made is None or not isinstance(act, Act):
        return False, "no pack was prepared"
    one = _read(life, act.by, made)
    states = {life.event_of(line.first): line.state for line in one.lines if life.event_of(line.first)}
    text = "\n".join(part.words for line in one.lines for part in line.parts if line.state != WITHHELD)
    text = "\n".join((one.about, text))
    if "csv" in one.files:
        with reading(life.actor(act.by), "safeguarding", recorded=False) as opened:
            text += file(opened, made, "csv")[0].decode("utf-8-sig")
    wrong = [
        f"{event} is {states.get(event, 'not in it')}"
        for key in (SHOWN, REDACTED, WITHHELD)
        for event in expected.given.get(key, ())
        if states.get(event) != key
    ]
    wrong += [f"it does not say {w!r}" for w in _words(expected, "says") if w.casefold() not in text.casefold()]
    wrong += [f"it says {w!r}" for w in _words(expected, "lacks") if w.casefold() in text.casefold()]
    if (wanted := expected.given.get("is")) and wanted != one.state:
        wrong.append(f"it is {one.state}")
    got = ", ".join(f"{event} {state}" for event, state in sorted(states.items()))
    return not wrong, "; ".join(wrong) or f"{one.state}: {got}"


def _words(expected: Expectation, key: str) -> list[str]:
    found = expected.given.get(key, ())
    return [found] if isinstance(found, str) else [str(one) for one in found]


VERBS: dict[str, Callable[[Life, Act], Flags]] = {"decide-sharing": _decide_sharing, "release-pack": _release_pack}
