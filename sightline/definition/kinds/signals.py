"""Signals: patterns that prompt a person to look. Never a decision, never a score.

A rule is a small tree of questions to what is known about a child (or a place) at a moment. It can be read aloud
(`sightline signals explain`), tried over the past, and switched off.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from sightline.definition.base import Condition, Listed, Model, Thing, YesNo

LEVELS = ("look", "pressing", "now")  # how soon somebody looks: in their day, today, at once
WHOSE = ("child", "sibling", "peer", "parent", "adult-at-home")  # whose records a question is asked of
APART = ("event", "entry", "day")
WHO = ("allocated-worker", "lead-professional", "trusted-person")  # besides roles, whom a tie to the child names
DETAILS = ("born", "sex", "nhs-number", "upn")
DIFFERENT = ("agency", "agency-kind", "record", "place", "who")
# What a rule may ask of an entry besides its fields, its `record`, `role`, `agency`, `agency-kind`.
OF_ENTRIES = ("counts-as", "queued", "urgent", "aged", "goes-on", "place-kind", "lacks", "has", "mark")
SAID = re.compile(r"\{(count|days|agencies|kinds)(?::([^{}|]+\|[^{}|]+))?\}")
_AGE = re.compile(r"(\d{1,3}) (year|month)s?")
QUESTIONS = ("all", "any", "none", "count", "first", "rate", "lacks", "open", "current", "aged", "differs", "rule")


def months(text: str) -> int:
    """An age such as `17 years` or `6 months`, in months. Raises ValueError."""
    found = _AGE.fullmatch(" ".join(text.split()))
    if not found:
        raise ValueError(f"{text!r} is not an age, such as `17 years` or `6 months`")
    return int(found[1]) * (12 if found[2] == "year" else 1)


class Aged(Model):
    """`{from: 17 years, under: 18 years}`: how old the child is at the moment that is asked about."""

    from_: str = Field("", alias="from")
    under: str = ""

    @model_validator(mode="after")
    def _means_something(self) -> Aged:
        least = months(self.from_) if self.from_ else 0
        if not (self.from_ or self.under) or (self.under and months(self.under) <= least):
            raise ValueError("an age is `from` one, `under` a later one, or both")
        return self


class Pattern(Model):
    """One question, or several together. It is asked of a moment; what it rests on is cited.

    * `{count: CONDITION, at-least: 3, within: 90 days}`: so many separate events in the window that ends then. `apart`:
      `event` (reports of one day, or within 12 hours, are of one event; so are those of one absence), `entry`, `day`.
      `different: {agency: 2}`: from so many. `whose`: in whose records. Without `within`: at the moment at which one comes.
    * `{first: CONDITION, then: CONDITION, within: 28 days, without: CONDITION}`: this, then that, without the other between.
      `at`: the field of the first that says when it was (a plan's `ended`). With `apart: event` they are two events.
    * `{rate: CONDITION, within: 28 days, against: 6 months, times: 3, at-least: 3}`: so much more often than the child's own
      past. Where there is no past to compare with, it doesn't hold.
    * `{lacks: CONDITION, after: CONDITION, at: FIELD, within: 72 hours}`: what should have come after something has not;
      with `over`, `at-least` so many times in that window. `came`: the fields that say when it came (an offer is no
      interview); then the entry may say of itself that it came. `{lacks: CONDITION, every: 10 working days, while: [STATE]}`:
      what should come again and again while something is open.
    * `{open: [STATE], for: 12 months}`: a plan, a wait, a placement is open; `past: "04:00"`: and was when it was that time of
      day. `{current: CONDITION}`: a record that says from when until when says that it is so.
    * `{aged: {from: 17 years, under: 18 years}}` · `{differs: [born]}`: two agencies hold different ones ·
      `{rule: repeat-missing}`: what another rule asks · `all`, `any`, `none` of several questions.
    """

    all: tuple[Pattern, ...] = ()
    any: tuple[Pattern, ...] = ()
    none: tuple[Pattern, ...] = ()
    count: Condition | None = None
    first: Condition | None = None
    then: Condition | None = None
    without: Condition | None = None
    rate: Condition | None = None
    lacks: Condition | None = None
    after: Condition | None = None
    at: str = Field(
        "", description="field of the `after` (or `first`) entry from which the time runs; default: when it happened"
    )
    came: Listed = Field(
        (), description="fields of what should have come that say when it came; default: when it happened"
    )
    every: str = ""
    while_: Listed = Field((), alias="while", description="states that are open meanwhile")
    open: Listed = Field((), description="states")
    current: Condition | None = None
    aged: Aged | None = None
    differs: Listed = Field((), description="details of the person")
    rule: str = Field("", description="another signal")
    at_least: Annotated[int, Field(ge=1, le=50)] = 1
    within: str = ""
    over: str = ""
    against: str = ""
    times: Annotated[float, Field(gt=1, le=50)] | None = None
    for_: str = Field("", alias="for", description="how long a state has been open at least")
    past: str = Field(
        "", pattern=r"^(?:[01]\d:[0-5]\d|2[0-3]:[0-5]\d)?$", description="a time of day at which it was open"
    )
    apart: Literal["event", "entry", "day"] = "event"
    different: dict[str, Annotated[int, Field(ge=2, le=20)]] = {}
    whose: Listed = ("child",)

    @property
    def question(self) -> str:
        """Which question it asks."""
        return next(name for name in QUESTIONS if getattr(self, name))

    @property
    def parts(self) -> tuple[Pattern, ...]:
        return (*self.all, *self.any, *self.none)

    @property
    def conditions(self) -> dict[str, Condition]:
        """The conditions that it asks of entries, by key."""
        keys = ("count", "first", "then", "without", "rate", "lacks", "after", "current")
        return {key: found for key in keys if (found := getattr(self, key)) is not None}

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Pattern:
        asked = [name for name in QUESTIONS if getattr(self, name)]
        if len(asked) != 1:
            raise ValueError(
                f"one question at a time: one of {', '.join(QUESTIONS)}, not {' and '.join(asked) or 'none'}"
            )
        also = {
            "count": ("within", "at_least", "apart", "different", "whose"),
            "first": ("then", "at", "within", "without", "apart", "whose"),
            "rate": ("within", "against", "times", "at_least", "apart", "different", "whose"),
            "lacks": ("after", "at", "came", "within", "every", "while_", "over", "at_least"),
            "open": ("for_", "past"),
            "current": ("whose",),
        }.get(asked[0], ())
        several = self.at_least > 1 or self.different
        needed = {
            "count": ("within",) if several else (),
            "first": ("then", "within"),
            "rate": ("within", "against", "times"),
        }
        extra = [key for key in self.model_fields_set if key not in (*also, *QUESTIONS)]
        if extra:
            raise ValueError(f"`{asked[0]}` does not go with `{extra[0].rstrip('_').replace('_', '-')}`")
        without = [key for key in needed.get(asked[0], ()) if not getattr(self, key)]
        if without:
            raise ValueError(f"`{asked[0]}` needs `{without[0].replace('_', '-')}`")
        if self.lacks is not None:
            if bool(self.every) == bool(self.within) or bool(self.every) != (self.after is None):
                raise ValueError("`lacks` goes with `after` and `within`, or with `every` and `while`")
            if bool(self.every) != bool(self.while_) and self.every:
                raise ValueError("`every` needs `while`: the states that are open meanwhile")
            if (self.at_least > 1) != bool(self.over):
                raise ValueError("`lacks` several times (`at-least`) needs `over`, the window, and the other way round")
        return self


class Graver(Model):
    """Where this holds besides, it is more pressing: `{when: PATTERN, is: now}`."""

    when: Pattern
    is_: Literal["pressing", "now"] = Field(alias="is")


class Told(Model):
    """Who is told, how, and what they are asked. The first whose `when` holds."""

    when: Pattern | None = None
    whom: Listed = Field((), description="allocated-worker, lead-professional, trusted-person, or roles")
    else_: Listed = Field((), alias="else", description="roles that are told where nobody of `whom` is found")
    how: Literal["now", "morning", "list"] = "now"
    asking: str = Field("", description="What they are asked, in a sentence")


class Ends(Model):
    """What ends it: nothing more of what it counts for so long (`{quiet: 90 days}`), nothing of some other kind
    (`{none: CONDITION, for: 90 days}`), or something (`{with: CONDITION}`).

    Without this it stands as long as what it asks is so.
    """

    quiet: str = ""
    none: Condition | None = None
    for_: str = Field("", alias="for")
    with_: Condition | None = Field(None, alias="with")

    @model_validator(mode="after")
    def _means_something(self) -> Ends:
        if (self.none is None) != (not self.for_) or (self.quiet and self.none is not None):
            raise ValueError("say `quiet`, or `none` and `for`")
        if not self.quiet and self.none is None and self.with_ is None:
            raise ValueError("say `quiet`, or `none` and `for`, or `with`")
        return self


def _tell(value: object) -> object:
    return [value] if isinstance(value, dict) else value


def _rest(value: object) -> object:
    """`rest: {for: 28 days, unless: anything graver comes}` is `rest: 28 days`: what is graver always breaks a rest."""
    return value.get("for", "") if isinstance(value, dict) else value


class Signal(Thing):
    """A pattern that prompts a person to look.

    `sort`: `sign` (somebody is told, and answers) · `offer` (a moment in which help may be wanted: never a flag) · `data`
    (a gap in what is recorded: on the data-quality list, on nobody's alerts).
    """

    about: Literal["child", "place"] = "child"
    sort: Literal["sign", "offer", "data"] = "sign"
    version: Annotated[int, Field(ge=1)] = 1
    may_mean: str
    does_not_mean: str
    when: Pattern
    except_at: Listed = Field((), description="of a place: kinds of place (`location-type`) that are no such place")
    says: str = Field(
        description="Template: {count}, {days}, {agencies}, {kinds} are known; {count:time|times} is `1 time`, `3 times`"
    )
    level: Literal["look", "pressing", "now"] = "look"
    graver: tuple[Graver, ...] = ()
    tell: Annotated[tuple[Told, ...], BeforeValidator(_tell)] = ()
    message: str = Field("signal-raised", description="message by which they are told")
    rest: Annotated[str, BeforeValidator(_rest)] = Field("28 days", description="How long it is not told again")
    ends: Ends | None = None
    watch: Listed = Field((), description="groups by which its fairness is looked at")
    owner: str = Field("", description="role that answers for the rule")
    off: YesNo = Field(False, description="Declared, and not in use")

    def patterns(self) -> list[tuple[tuple[Any, ...], Pattern]]:
        """Every pattern of the rule, each with its path."""
        found: list[tuple[tuple[Any, ...], Pattern]] = []

        def walk(path: tuple[Any, ...], pattern: Pattern) -> None:
            found.append((path, pattern))
            for key in ("all", "any", "none"):
                for index, part in enumerate(getattr(pattern, key)):
                    walk((*path, key, index), part)

        walk(("when",), self.when)
        for index, graver in enumerate(self.graver):
            walk(("graver", index, "when"), graver.when)
        for index, told in enumerate(self.tell):
            if told.when is not None:
                walk(("tell", index, "when"), told.when)
        return found
