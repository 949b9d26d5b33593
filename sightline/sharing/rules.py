"""The policy: one list of declared rules, evaluated for one record here and compiled to a filter in `filters.py`.

What somebody sees of a record is worked out in this order; both engines, and the second wall, read it alike:

1. What is sealed is hidden.
2. Of the rules that allow, the best that covers the record. Where the record is kept to named people and the actor is
   not one of them, only rules that say `restricted: yes` count (a floor's pointer, a machine's).
3. Each restriction that covers it narrows that to its level, and to its classes of fields. Deny wins.
4. A floor is kept all the same: who decides at the front door never meets a false "nothing known".

A test holds the engines equal on random worlds. Pure.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from sightline.agencies.types import Actor
from sightline.definition.kinds.sharing import ANY
from sightline.definition.outcomes import Decision
from sightline.definition.types import Partnership, SharingRule
from sightline.sharing.types import CLASSES, JOINED, Explained, Label, Level, Sight
from sightline.timescales.spans import parse_span

LEVELS = {level.word: level for level in Level}
HIDDEN = Sight(Level.HIDDEN, Decision(False, "no-rule", "Nothing allows this."))
NEVER_BY_FLOOR = frozenset({"sealed"})  # a sealed identity is pointed to by its own named holder, never by a floor
NAMED = "named"
# ties that may be to a record, by its own id, and not to a person
OF_RECORDS = frozenset({NAMED, "originator-agreed", "sign-rests-on"})
BY_NAME = frozenset({"identity", "place"})  # kinds that `any` does not mean
_AT_A_HEADLINE = frozenset(CLASSES) - {"protected"}  # what a headline names is chosen, and is never protected
_MOST_REMEMBERED = 4096


def holders(actor: Actor) -> list[str]:
    """The names under which an actor may hold ties."""
    found = [f"worker:{actor.id}"]
    if actor.team:
        found.append(f"team:{actor.team}")
    if actor.agency:
        found.append(f"agency:{actor.agency}")
        found.append(of_role(actor.role, actor.agency))
    return found


def of_role(role: str, agency: str) -> str:
    """The name under which whoever has a role at an agency holds a tie."""
    return f"role:{role}@{agency}"


def before(moment: datetime, span: str) -> datetime:
    """The moment that lies a span back: days, weeks, months or years. Raises ValueError that says what is expected."""
    amount, _, unit = span.strip().partition(" ")
    if unit in ("year", "years") and amount.isdigit():
        span = f"{int(amount) * 12} months"
    return parse_span(span).before(moment)


@dataclass(frozen=True)
class Branch:
    """A rule as it stands for one actor: only what depends on the record is left."""

    rule: SharingRule
    level: Level
    needs_tie: frozenset[str]
    unless_tie: frozenset[str]
    sender: bool | None
    records: frozenset[str]
    handling: frozenset[str]
    fields: frozenset[str]
    restricts: bool
    restricted: bool  # counts also where a record is kept to named people

    @classmethod
    def of(cls, rule: SharingRule) -> Branch:
        who, what = rule.who, rule.may_see
        handling = frozenset(what.handling) - (NEVER_BY_FLOOR if rule.floor else frozenset())
        return cls(
            rule,
            LEVELS[what.level],
            frozenset(who.tie),
            frozenset(who.unless_tie),
            who.sender,
            frozenset(what.records),
            handling,
            frozenset(what.fields),
            rule.effect == "restrict",
            what.restricted,
        )

    def kind_covered(self, record: str) -> bool:
        if JOINED in record:
            return all(self.kind_covered(part) for part in record.split(JOINED))
        return record in self.records or (ANY in self.records and record not in BY_NAME)

    def handling_covered(self, handling: str) -> bool:
        """Of what is made of several records, an allowing rule must cover every handling, a restriction any of them."""
        if JOINED in handling:
            some = any if self.restricts else all
            return some(part in self.handling for part in handling.split(JOINED))
        return handling in self.handling

    def covers(self, label: Label) -> bool:
        if self.restricts and JOINED in label.record:
            kind = any(self.kind_covered(part) for part in label.record.split(JOINED))
        else:
            kind = self.kind_covered(label.record)
        return kind and self.handling_covered(label.handling)

    @property
    def asks_nothing_else(self) -> bool:
        """Whether it gives whatever is of its records and handlings, to whoever holds no tie, whoever sent it and however old."""
        age = self.rule.age
        return not (self.needs_tie or self.unless_tie or age.within or age.over) and self.sender is None

    def gives_all_of(self, other: Branch, record: str) -> bool:
        """Whether everything that the other gives of records of this kind (`any`: of those that are not by name) is given
        by this one, at the same level."""
        kind = ANY in self.records if record == ANY else self.kind_covered(record)
        return kind and self.asks_nothing_else and self.handling >= other.handling and self.restricted >= other.restricted


def widest(branches: Collection[Branch], besides: Collection[Branch] = ()) -> list[Branch]:
    """These rules, all of one effect, without those of which everything is given by others of them or by one of `besides`."""
    left = list(branches)
    for one in branches:
        others = [b for b in (*besides, *left) if b is not one]
        if all(any(other.gives_all_of(one, record) for other in others) for record in one.records):
            left.remove(one)
    return left


_BRANCHES: dict[tuple[str, ...], tuple[Branch, ...]] = {}


def _branches(partnership: Partnership, actor: Actor) -> tuple[Branch, ...]:
    """The rules that can apply to this actor, the best first. Remembered by definition and by what of the actor counts."""
    machine = "machine" if actor.machine else ""
    key = (partnership.hash, actor.role, actor.agency_kind, actor.agency, actor.team, machine)
    if key not in _BRANCHES:
        found = []
        for rule in partnership.rule.values():
            who = rule.who
            if who.role and actor.role not in who.role:
                continue
            if who.agency_kind and actor.agency_kind not in who.agency_kind:
                continue
            if who.agency and actor.agency not in who.agency:
                continue
            if who.team and actor.team not in who.team:
                continue
            if (
                actor.machine != who.machine
            ):  # a person is never served by a machine's rule, nor a machine by a person's
                continue
            found.append(Branch.of(rule))
        if len(_BRANCHES) >= _MOST_REMEMBERED:
            _BRANCHES.clear()
        best_first = sorted(found, key=lambda b: (-b.level, -len(b.fields), -len(b.rule.may_see.parts), b.rule.id))
        _BRANCHES[key] = tuple(best_first)
    return _BRANCHES[key]


class Policy:
    """The sharing rules of one definition, for one actor and one purpose: static conditions already compiled away.

    `moment`: when it is asked, for rules by age. Without one no rule by age gives anything, and every one restricts.
    """

    def __init__(self, partnership: Partnership, actor: Actor, purpose: str, moment: datetime | None = None) -> None:
        self.partnership, self.actor, self.purpose, self.hash = partnership, actor, purpose, partnership.hash
        self.moment = moment
        self._all = _branches(partnership, actor)
        meant = [b for b in self._all if purpose in b.rule.for_ or (b.restricts and ANY in b.rule.for_)]
        self.branches = tuple(b for b in meant if not b.restricts)
        self.restrictions = tuple(b for b in meant if b.restricts)
        self.floors = tuple(b for b in self.branches if b.rule.floor)
        self.ties_asked = frozenset(tie for b in meant for tie in b.needs_tie | b.unless_tie)
        # whether it can matter to this actor that a record is kept to named people
        self.asks_restricted = any(not b.restricted for b in self.branches)
        # whether what the actor holds to a record itself, and not to anybody on it, can matter
        self.asks_records = self.asks_restricted or any(b.needs_tie & OF_RECORDS for b in self.branches)

    def span_of(self, branch: Branch) -> tuple[datetime | None, datetime | None]:
        """From when (inclusive) and until when (exclusive) a rule by age reaches. None: without end."""
        age = branch.rule.age
        if self.moment is None:
            return None, None
        since = before(self.moment, age.within) if age.within else None
        return since, before(self.moment, age.over) if age.over else None

    @cached_property
    def _spans(self) -> dict[str, tuple[datetime | None, datetime | None]]:
        by_age = (b for b in self._all if b.rule.age.within or b.rule.age.over)
        return {b.rule.id: self.span_of(b) for b in by_age}

    def _of_age(self, branch: Branch, label: Label) -> bool:
        age = branch.rule.age
        if not (age.within or age.over):
            return True
        if label.happened is None or self.moment is None:
            return branch.restricts
        since, until = self._spans[branch.rule.id]
        return (since is None or label.happened >= since) and (until is None or label.happened < until)

    def _record_fits(self, branch: Branch, label: Label) -> bool:
        """All that a rule asks of the record itself: what it is, how old, who sent it."""
        sent = branch.sender is None or branch.sender == (label.agency == self.actor.agency)
        return sent and branch.covers(label) and self._of_age(branch, label)

    def _applies(self, branch: Branch, label: Label, ties: Collection[str]) -> bool:
        return (
            not (branch.needs_tie and branch.needs_tie.isdisjoint(ties))
            and not (branch.unless_tie and not branch.unless_tie.isdisjoint(ties))
            and self._record_fits(branch, label)
        )

    def decide(self, label: Label, ties: Collection[str]) -> Sight:
        """What the actor sees of a record, holding `ties` to any of its subjects; the best rule wins, and says why."""
        if label.sealed:
            return HIDDEN
        shut = label.restricted and NAMED not in ties
        best = next((b for b in self.branches if (b.restricted or not shut) and self._applies(b, label, ties)), None)
        if best is None:
            return HIDDEN
        most = Level.POINTER if label.pointer_only else Level.FULL
        level, fields, reason = min(best.level, most), best.fields, best.rule
        for narrow in self.restrictions:
            if self._applies(narrow, label, ties):
                fields &= narrow.fields
                if narrow.level < level:
                    level, reason = narrow.level, narrow.rule
        for floor in self.floors:
            kept_away = shut and not floor.restricted
            if level < min(floor.level, most) and not kept_away and self._applies(floor, label, ties):
                best, reason, level = floor, floor.rule, min(floor.level, most)
        if level is Level.HIDDEN:
            return HIDDEN
        given = best.rule
        return Sight(
            level,
            Decision(True, reason.id, reason.says, f"rule/{reason.id}"),
            given.may_see.parts if level >= Level.HEADLINE else (),
            reason.source,
            given.basis,
            fields if level is Level.FULL else fields & _AT_A_HEADLINE if level is Level.HEADLINE else frozenset(),
            self.missing(label, ties, level, shut=shut),
            given.lasts,
        )

    # --- what is missing ------------------------------------------------------------------------------------------

    def missing(self, label: Label, ties: Collection[str], level: Level, *, shut: bool = False) -> str:
        """The nearest condition that would show more, in a sentence; empty where there is none, or nothing shows.

        It is made of the rules and of what this actor is, has and sees already: never of what others have, nor of
        where the child is listed.
        """
        most = Level.POINTER if label.pointer_only else Level.FULL
        if not Level.HIDDEN < level < most:
            return ""
        if shut:
            return "You would see more if you were named on it. It is kept to named people: ring its holder."
        if any(b.level <= level and self._applies(b, label, ties) for b in self.restrictions):
            return ""  # no tie would help
        better = [b for b in self.branches if b.level > level and self._record_fits(b, label)]
        would = _would(self.partnership)
        tied = [(b.level, tie) for b in better if b.needs_tie.isdisjoint(ties) for tie in b.needs_tie if tie in would]
        if tied:
            # the next step up, and of its ties the most ordinary: they are declared in that order
            step, tie = min(tied, key=lambda found: (found[0], list(would).index(found[1])))
            return f"You would see {_MORE[step]} if {would[tie]}."
        for b in self._all:
            held = not b.needs_tie or not b.needs_tie.isdisjoint(ties)
            if not b.restricts and b.level > level and held and self._record_fits(b, label):
                purpose = _title(self.partnership, "purpose", b.rule.for_[0])
                return f"You would see {_MORE[b.level]} if you looked for another purpose: {purpose[:1].lower()}{purpose[1:]}."
        return ""

    def explain(self, label: Label, ties: Collection[str]) -> Explained:
        """As `decide`, in words for a page."""
        return explained(self.partnership, self.purpose, self.decide(label, ties))


_MORE = {Level.HEADLINE: "the headline", Level.FULL: "it in full", Level.POINTER: "that it is held"}


def explained(partnership: Partnership, purpose: str, sight: Sight) -> Explained:
    """A sight in words: the lawful bases and the purpose by their titles."""
    return Explained(
        sight.decision.reason_code if sight else "",
        sight.decision.sentence,
        sight.source,
        tuple(_title(partnership, "lawful-basis", b) for b in sight.basis),
        _title(partnership, "purpose", purpose),
        sight.level,
        sight.lasts,
        sight.missing,
        sight.holders,
    )


def _title(partnership: Partnership, codes: str, code: str) -> str:
    declared = partnership.codes.get(codes)
    return declared.codes[code].title if declared and code in declared.codes else code


def _would(partnership: Partnership) -> dict[str, str]:
    """Ties as conditions ("the child were allocated to you or your team"), the most ordinary first."""
    declared = partnership.codes.get("tie")
    return {code: tie.would for code, tie in declared.codes.items() if tie.would} if declared else {}


def both(*codes: str) -> str:
    """Kinds or handlings joined: whatever is given by it must be given by each."""
    return JOINED.join(sorted({part for code in codes if code for part in code.split(JOINED)}))


def strictest(labels: Collection[Label]) -> Label:
    """The label of what is made of these records (a signal, a match, a pack): no rule gives it that does not give each.

    Nothing lowers it but a declared rule that names each of its kinds and handlings. Raises ValueError where there are none.
    """
    if not labels:
        raise ValueError("what is made of no record has no label")
    every = list(labels)
    one = every[0]

    return replace(
        one,
        record=both(*(x.record for x in every)),
        handling=both(*(x.handling for x in every)),
        agency=one.agency if all(x.agency == one.agency for x in every) else "",
        agency_kind=one.agency_kind if all(x.agency_kind == one.agency_kind for x in every) else "",
        subjects=tuple(dict.fromkeys(s for x in every for s in x.subjects)),
        sealed=any(x.sealed for x in every),
        pointer_only=any(x.pointer_only for x in every),
        happened=one.happened if all(x.happened == one.happened for x in every) else None,
        restricted=any(x.restricted for x in every),
        first=one.first if all(x.first == one.first for x in every) else None,
    )
