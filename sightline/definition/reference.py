"""Reference pages of what a partnership declares, for practitioners. Generated: the same declarations give the same
bytes, and continuous integration fails when a page in `docs/reference/` is stale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sightline.definition.reference_deciding import deciding
from sightline.definition.reference_disclosure import disclosure
from sightline.definition.reference_language import language
from sightline.definition.reference_matching import matching
from sightline.definition.reference_messages import messages
from sightline.definition.reference_queue import queue
from sightline.definition.reference_registry import groups
from sightline.definition.reference_retention import retention
from sightline.definition.reference_sets import sets
from sightline.definition.reference_signals import signals
from sightline.definition.reference_storylines import storylines
from sightline.definition.reference_telling import day_lists, tellings
from sightline.definition.types import Clock, Column, Condition, Feed, Partnership, RecordType, SharingRule

KIND_WORDS = {
    "line": "a line", "text": "text", "quoted": "somebody's own words", "choice": "one of", "choices": "any of",
    "date": "a day", "datetime": "a day and time", "number": "a number", "yes-no": "yes or no",
    "phone": "a telephone number", "words": "words",
}  # fmt: skip
LEVELS = {
    "full": "everything",
    "headline": "the headline",
    "pointer": "a pointer: that something is held, of which kind, when, and whom to ring",
    "hidden": "nothing",
}


def pages(partnership: Partnership) -> dict[str, str]:
    """Markdown by path below `docs/reference/`: `leeds/records.md` and its neighbours."""
    makers: dict[str, Callable[[Partnership], list[str]]] = {
        "records": _records,
        "clocks": _clocks,
        "messages": messages,
        "queue": queue,
        "deciding": deciding,
        "agencies": _agencies,
        "groups": groups,
        "sharing": _sharing,
        "disclosure": disclosure,
        "retention": retention,
        "feeds": _feeds,
        "sets": sets,
        "codes": _codes,
        "signals": signals,
        "language": language,
        "storylines": storylines,
        "telling": tellings,
        "day-lists": day_lists,
        "matching": matching,
    }
    note = "<!-- Generated from `definitions/`. Change the definition, then make the pages again. -->"
    return {
        f"{partnership.id}/{name}.md": "\n".join([note, *maker(partnership)]).rstrip() + "\n"
        for name, maker in makers.items()
    }


def _records(p: Partnership) -> list[str]:
    out = [f"# Records in {p.info.title}", "", "What agencies tell, and what becomes of each kind of record.", ""]
    for record in p.record.values():
        out += _record(p, record)
    return out


def _record(p: Partnership, r: RecordType) -> list[str]:
    out = [f"## {r.title}", "", f"`{r.id}` · Source: {r.source}", ""]
    out += [r.note, ""] if r.note else []
    out += [f"- **Sent by** {_join(_code(p, 'agency-kind', kind) for kind in r.sent_by)}"]
    out += [f"- **Pointer**: {r.pointer}", f"- **Headline**: {_inline(r.headline)}"]
    out += [f"- **Handling**: {_code(p, 'handling', r.handling)}"]
    out += [f"- **Handled as {_code(p, 'handling', o.as_)}** when {condition(o.when)}" for o in r.handled]
    if r.pointer_only:
        out.append("- **Never on a chronology in words**: a pointer to those with the right")
    if r.routine:
        unless = f", unless {condition(r.unless)}" if r.unless else ""
        opened = f". A concern opens what lies back up to {r.opened_for}" if r.opened_for else ""
        kept = f". What no concern opened is erased after {r.kept_for}" if r.kept_for else ""
        out.append(f"- **Routine**: sealed until a concern opens{unless}{opened}{kept}")
    if isinstance(r.queue, Condition):
        out.append(f"- **Front door's queue**: when {condition(r.queue)}")
    else:
        out.append(f"- **Front door's queue**: {'yes' if r.queue else 'no'}")
    if r.urgent:
        out.append(f"- **Cannot wait** when {condition(r.urgent)}")
    if r.never_counts:
        out.append(f"- **Counts for no sign** when {condition(r.never_counts)}")
    if r.concern:
        out.append("- **Opens the chronology**: a concern or a service exists")
    if r.opens:
        until = f" until {r.opens.until}" if r.opens.until else ""
        out.append(f"- **Opens the state** {r.opens.state}, from {r.opens.from_ or 'when it happened'}{until}")
    if r.ties:
        day = f"is over on `{r.ties.until}`" if r.ties.until else f"stands again from a `{r.ties.from_}` after its end"
        out.append(f"- **Tie of the sender**: {_code(p, 'tie', r.ties.kind)} {day}")
    if r.guards:
        whom = _join(r.people[role].title.lower() for role in r.guards.of if role in r.people) or "children on it"
        when = f", when {condition(r.guards.when)}" if r.guards.when else ""
        out.append(f"- **Guards as identities**: {whom}: {r.guards.as_}{when}")
    out.append("")
    if r.people:
        rows = [
            [
                f"{d.title} (`{role}`)",
                _yes(d.needed),
                _yes(d.many),
                _code(p, "handling", d.handling) if d.handling else "",
                d.counts_as,
            ]
            for role, d in r.people.items()
        ]
        out += _table(["Person", "Needed", "Several", "Handling", "Counts as"], rows)
    if r.fields:
        rows = []
        for name, f in r.fields.items():
            holds = KIND_WORDS[f.kind] + (f" [{f.of}](codes.md#{f.of})" if f.of else "")
            rows.append([f"{f.title} (`{name}`)", holds, _yes(f.needed), " ".join(t for t in (f.hint, f.note) if t)])
        out += _table(["Field", "Holds", "Needed", "Help"], rows)
    if r.good_when:
        out += ["A good record says:", ""]
        for g in r.good_when:
            of = f" of each {r.people[g.of].title.lower()}" if g.of in r.people else ""
            title = r.fields[g.part].title if g.part in r.fields else g.part
            when = f", when {condition(g.when)}" if g.when else ""
            out.append(f"- {title}{of}{when}; else: “{g.says}”")
        out.append("")
    return out


def _clocks(p: Partnership) -> list[str]:
    out = [f"# Clocks in {p.info.title}", "", "What must be done by when, and what the limit rests on.", ""]
    for clock in p.clock.values():
        out += [f"## {clock.title}", "", f"`{clock.id}` · Source: {clock.source}", ""]
        out += [clock.note, ""] if clock.note else []
        out += _events(clock)
        if clock.owner:
            out.append(f"- **Answers for it**: {_title(p.role, clock.owner)}")
        if clock.late_needs:
            out.append(f"- **When late, needs** {_join(clock.late_needs)}")
        out.append("")
        rows = [
            [
                f"{limit.from_}",
                limit.is_
                + (f", never later than {limit.never_later}" if limit.never_later else "")
                + (f", or by `{limit.or_by}` where that is sooner" if limit.or_by else ""),
                condition(limit.when) if limit.when else "",
                limit.source,
            ]
            for limit in clock.limit
        ]
        out += _table(["From", "Limit", "When", "Source"], rows)
    return out


def _events(clock: Clock) -> list[str]:
    out = []
    for word, event in (
        ("Starts", clock.starts), ("Pauses", clock.pauses), ("Resumes", clock.resumes), ("Stops", clock.stops),
        ("Ends, where it answers what started it,", clock.ends),
    ):  # fmt: skip
        if event is not None:
            where = f", where {condition(event.where)}" if event.where else ""
            at = f", at {event.at}" if event.at else ""
            first = " (the first only, while it runs)" if event.first else ""
            out.append(f"- **{word}** with {_join(event.record, 'or')}{where}{at}{first}")
    return out


def _agencies(p: Partnership) -> list[str]:
    out = [f"# Agencies, teams and roles in {p.info.title}", ""]
    rows = [
        [f"{a.title} (`{a.id}`)", _code(p, "agency-kind", a.kind), a.phone, a.out_of_hours] for a in p.agency.values()
    ]
    out += ["## Agencies", "", *_table(["Agency", "Kind", "Telephone", "Day and night"], rows)]
    rows = [
        [
            f"{t.title} (`{t.id}`)", _title(p.agency, t.agency), t.phone, t.on_duty_for,
            ", ".join(_title(p.role, role) for role in t.managed_by),
        ]
        for t in p.team.values()
    ]  # fmt: skip
    out += ["## Teams", "", *_table(["Team", "Agency", "Telephone", "On duty for", "Managed by"], rows)]
    rows = []
    for role in p.role.values():
        kinds = _join(_code(p, "agency-kind", kind) for kind in role.agencies) or "any"
        may = "; ".join(_title(p.permission, permission) for permission in role.may)
        rows.append([f"{role.title} (`{role.id}`)", "the system" if role.machine else kinds, may])
    out += ["## Roles and what each may do", "", *_table(["Role", "At", "May"], rows)]
    rows = [
        [f"{x.title} (`{x.id}`)", _title(p.locality, x.part_of), ", ".join(x.postcodes)] for x in p.locality.values()
    ]
    out += ["## Localities", "", *_table(["Locality", "Part of", "Postcodes"], rows)]
    return out


def _sharing(p: Partnership) -> list[str]:
    out = [f"# Who sees what in {p.info.title}", "", "What no rule gives is hidden.", ""]
    for rule in p.rule.values():
        out += _rule(p, rule)
    if p.alert:
        out += ["## Which reading somebody asks about", ""]
        out += ["Nobody is stopped by it. Whoever works with the child is left out.", ""]
        rows = [
            [
                a.title,
                "; ".join(f"from {d.from_}: {d.is_} in {a.within}" for d in a.limit) or a.hours,
                a.note,
                a.asks,
                a.source,
            ]
            for a in p.alert.values()
        ]
        out += _table(["What", "Threshold", "How", "What is done first", "Source"], rows)
    return out


def _rule(p: Partnership, rule: SharingRule) -> list[str]:
    who, what = rule.who, rule.may_see
    out = [f"## {rule.title}", "", f"`{rule.id}` · Source: {rule.source}", "", f"> {rule.says}", ""]
    held: list[str] = []
    if who.role:
        held.append(f"role: {_join((_title(p.role, r) for r in who.role), 'or')}")
    if who.agency_kind:
        held.append(f"agency: {_join((_code(p, 'agency-kind', k) for k in who.agency_kind), 'or')}")
    if who.agency:
        held.append(f"at {_join((_title(p.agency, a) for a in who.agency), 'or')}")
    if who.team:
        held.append(f"team: {_join((_title(p.team, t) for t in who.team), 'or')}")
    if who.tie:
        held.append(f"tie to the child: {_join((_code(p, 'tie', t) for t in who.tie), 'or')}")
    if who.unless_tie:
        held.append(f"but not who has the tie: {_join((_code(p, 'tie', t) for t in who.unless_tie), 'or')}")
    if who.sender is not None:
        held.append("their agency sent it" if who.sender else "their agency did not send it")
    if who.machine:
        held.append("the system itself")
    out.append(f"- **Who**: {'; '.join(held) or 'everybody'}")
    records = "every kind of record" if "any" in what.records else _join(_title(p.record, r) for r in what.records)
    out.append(f"- **What**: {records}, handled as {_join((_code(p, 'handling', h) for h in what.handling), 'or')}")
    parts = f", with {_join(what.parts)}" if what.parts else ""
    if rule.effect == "restrict":
        out.append(f"- **A restriction**: whatever other rules give, at most {LEVELS[what.level]}")
    else:
        out.append(f"- **How much**: {LEVELS[what.level]}{parts}{_fields(what.fields) if what.level == 'full' else ''}")
    if rule.age.within:
        out.append(f"- **How old**: what happened within the last {rule.age.within}")
    if rule.age.over:
        out.append(f"- **How old**: what happened more than {rule.age.over} ago")
    any_purpose = "any" in rule.for_
    out.append(f"- **What for**: {'any purpose' if any_purpose else _join(_code(p, 'purpose', f) for f in rule.for_)}")
    if what.restricted:
        out.append("- **Also of what is kept to named people**")
    if rule.lasts:
        out.append(f"- **For how long**: at most {rule.lasts}")
    if rule.basis:
        out.append(f"- **On what basis**: {'; '.join(_code(p, 'lawful-basis', b) for b in rule.basis)}")
    if rule.floor:
        out.append("- **A floor**: where no better rule gives more, at least this is shown")
    return [*out, "", *([rule.note, ""] if rule.note else [])]


def _fields(classes: tuple[str, ...]) -> str:
    """Which classes of fields show, where it is not what shows by default."""
    if "protected" in classes:
        return ", protected fields too"
    return ", but nothing that is protected" if "sensitive" in classes else ", ordinary fields alone"


def _feeds(p: Partnership) -> list[str]:
    out = [f"# Feeds in {p.info.title}", "", "What agencies' systems send, and how a row becomes a record.", ""]
    for feed in p.feed.values():
        out += _feed(p, feed)
    if p.notice:
        out += ["## What is noticed", "", "Each feed is held against its own past. Whoever is told answers.", ""]
        rows = [
            [n.title, "; ".join(f"from {d.from_}: {d.is_}" for d in n.limit), n.note, n.says, n.source]
            for n in p.notice.values()
        ]
        out += _table(["What", "Threshold", "How", "What it asks", "Source"], rows)
    return out


def _feed(p: Partnership, feed: Feed) -> list[str]:
    sender = _title(p.agency, feed.agency) or f"as the column {feed.agency_column} says"
    out = [f"## {feed.title}", "", f"`{feed.id}` · Source: {feed.source}", "", *([feed.note, ""] if feed.note else [])]
    out += [f"- **Sent by** {sender}", f"- **Format**: {feed.format}"]
    if feed.every:
        out.append(f"- **Expected every** {feed.every}")
    if feed.recognised_by:
        out.append(f"- **Recognised by** {_join(_inline(c) for c in feed.recognised_by)}")
    if feed.file_names:
        out.append(f"- **Files named** {_join((_inline(c) for c in feed.file_names), 'or')}")
    if feed.whole_state:
        out.append("- **Each file restates everything**: a newer one takes the older one's place")
    out.append("")
    if feed.mapping:
        m = feed.mapping
        rows = [["record", _column(m.record)], ["message id", _column(m.message_id)], ["happened", _column(m.happened)]]
        for name, column in (("until", m.until), ("sent", m.sent), ("says", m.says), ("place", m.place)):
            rows += [[name, _column(column)]] if column else []
        rows += [[f"`{name}`", _column(column)] for name, column in m.fields.items()]
        for person in m.people:
            named = [
                name.replace("_", "-") for name in type(person).model_fields if getattr(person, name) and name != "role"
            ]
            rows.append([f"person: {_column(person.role)}", _join(n for n in named if n != "when")])
        out += _table(["Ours", "Theirs"], rows)
    return out


def _column(column: Column) -> str:
    if column.is_ is not None:
        return f"always {_inline(column.is_)}"
    said = _join((_inline(name) for name in column.from_), "and" if column.join else "or else")
    if column.codes:
        said += ": " + ", ".join(f"{theirs} is {ours or 'nothing'}" for theirs, ours in column.codes.items())
    return said + (f" as {_inline(column.date)}" if column.date else "")


def _codes(p: Partnership) -> list[str]:
    out = [f"# Code lists in {p.info.title}", ""]
    for codes in p.codes.values():
        out += [f'<a id="{codes.id}"></a>', "", f"## {codes.title}", "", f"`{codes.id}` · Source: {codes.source}", ""]
        out += [codes.note, ""] if codes.note else []
        out += ["Open: an unknown code is kept, and flagged.", ""] if codes.open else []
        rows = [
            [f"`{code}`", c.title + (" (local)" if c.local else ""), ", ".join(c.old), c.note]
            for code, c in codes.codes.items()
        ]
        out += _table(["Code", "Means", "Also written", "Note"], rows)
    return out


# --- words and tables ---------------------------------------------------------------------------------


def condition(tree: Condition) -> str:
    """A condition read aloud: `grade is amber or red, and not (role is witness)`."""
    parts = [f"{name} is {_join(values, 'or')}" for name, values in tree.terms.items()]
    parts += [_bracketed(part) for part in tree.all]
    if tree.any:
        either = " or ".join(_bracketed(part) for part in tree.any)
        parts.append(either if not parts and not tree.none else f"({either})")
    parts += [f"not {_bracketed(part, always=True)}" for part in tree.none]
    return " and ".join(parts) or "always"


def _bracketed(tree: Condition, always: bool = False) -> str:
    several = len(tree.terms) + len(tree.all) + len(tree.none) + (1 if tree.any else 0) > 1 or tree.any
    said = condition(tree)
    return f"({said})" if several or always else said


def _table(heads: list[str], rows: list[list[str]]) -> list[str]:
    """A Markdown table; columns that are empty in every row are left out."""
    if not rows:
        return ["None declared.", ""]
    kept = [i for i in range(len(heads)) if i == 0 or any(row[i] for row in rows)]
    lines = [[heads[i] for i in kept], ["---"] * len(kept), *([_cell(row[i]) for i in kept] for row in rows)]
    return ["| " + " | ".join(line) + " |" for line in lines] + [""]


def _cell(text: str) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")


def _inline(text: str) -> str:
    return f"`{text}`" if text else ""


def _join(items: Iterable[str], word: str = "and") -> str:
    listed = list(items)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} {word} {listed[-1]}" if listed else ""


def _yes(value: bool) -> str:
    return "yes" if value else ""


def _title(things: object, id: str) -> str:
    found = things.get(id) if isinstance(things, dict) else None
    return found.title if found else id


def _code(p: Partnership, of: str, code: str) -> str:
    codes = p.codes.get(of)
    return codes.codes[code].title if codes and code in codes.codes else code
