"""`sightline feed`: the feeds there are, one of them as YAML, and a file tried with a mapping before it is used."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightline.commands import feed_health

if TYPE_CHECKING:
    from sightline.definition.types import Feed, Partnership
    from sightline.intake.trying import Example, Told, Tried


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "feed",
        help="list feeds, show one, or try a file with a mapping",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "try    reads a file with a mapping and tells what each column becomes, what does not fit, and ten records\n"
            "       before and after. Nothing is kept. It shows values of people: on this terminal alone.\n"
            "list   the feeds of this partnership, from files and approved on the page.\n"
            "show   one feed; --yaml prints what can stand under definitions/PARTNERSHIP/feeds/.\n"
            "health which feeds are late, silent or odd.\n\n"
            "Exit codes of try: 0 everything fits; 1 some rows would wait for a person; 2 the file or the mapping cannot\n"
            "be used (a load would refuse it)."
        ),
        epilog="Example: sightline feed try club-2026-09.csv --mapping club.yaml",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    trying = verbs.add_parser(
        "try",
        help="try a file with a mapping; nothing is kept",
        epilog="Example: sightline feed try club-2026-09.csv --mapping club.yaml",
    )
    trying.add_argument("file", metavar="FILE", type=Path)
    trying.add_argument(
        "--mapping", required=True, metavar="M", help="a YAML file, or the id of a feed or of a mapping being made"
    )
    trying.add_argument("--examples", type=int, default=10, metavar="N", help="records before and after (default: 10)")
    trying.add_argument("--most", type=int, metavar="N", help="look at the first N rows only")
    trying.add_argument("--without-values", action="store_true", help="show no value of the file, for a shared screen")
    trying.add_argument("--json", action="store_true", help="report as JSON")
    feed_health.add_parser(verbs)
    listing = verbs.add_parser("list", help="the feeds there are", epilog="Example: sightline feed list")
    listing.add_argument("--json", action="store_true", help="report as JSON")
    show = verbs.add_parser("show", help="one feed", epilog="Example: sightline feed show leeds-police-csv --yaml")
    show.add_argument("id", metavar="ID")
    show.add_argument("--yaml", action="store_true", help="print the declaration as YAML")
    show.add_argument("--json", action="store_true", help="report as JSON")


def run(args: argparse.Namespace) -> int:
    return {"try": _try, "list": _list, "show": _show, "health": feed_health.run}[args.verb](args)


# --- try -----------------------------------------------------------------------------------------------


def _try(args: argparse.Namespace) -> int:
    from sightline.agencies.queries import agencies, partnership
    from sightline.intake.trying import try_file

    definition = partnership()
    feed = _mapping(args.mapping, definition)
    if feed is None:
        return 2
    tried = try_file(args.file, feed, definition, agencies=agencies(), examples=max(args.examples, 0), most=args.most)
    if args.without_values:
        for told in tried.columns:
            told.examples.clear()
        tried.examples.clear()
    if args.json:
        print(json.dumps(_as_json(tried), indent=1, ensure_ascii=False))
    else:
        _told(tried, feed)
    if tried.unreadable or tried.missing:
        return 2  # a load would refuse the file
    return 0 if tried.fits else 1


def _mapping(named: str, definition: Partnership) -> Feed | None:
    """The feed of a YAML file, of the definition, or of a mapping that is being made. None, with the reason told."""
    from sightline.definition.nearest import nearest
    from sightline.intake.mapping_queries import mapping_feed
    from sightline.intake.mappings import from_yaml

    path = Path(named)
    if path.suffix in (".yaml", ".yml") or path.is_file():
        try:
            text = path.read_bytes()
        except OSError as error:
            print(f"{named} cannot be read: {error.strerror}", file=sys.stderr)
            return None
        feed, faults = from_yaml(text, path.name, definition)
        for fault in faults:
            print(fault, file=sys.stderr)
        return feed
    if named in definition.feed:
        return definition.feed[named]
    feed = mapping_feed(named, definition)
    if feed is None:
        near = nearest(named, definition.feed)
        hint = f"; did you mean {near}?" if near else "; `sightline feed list` names them"
        print(f"There is no YAML file, feed or mapping called {named}{hint}", file=sys.stderr)
    return feed


def _as_json(tried: Tried) -> dict[str, Any]:
    from sightline.intake.trying import REASONS

    return {
        "feed": tried.feed,
        "rows": tried.rows,
        "records": tried.records,
        "waiting": tried.waiting,
        "fits": tried.fits,
        "unreadable": tried.unreadable,
        "only_first_rows": tried.cut,
        "kinds": dict(tried.kinds),
        "missing": tried.missing,
        "reasons": [
            {"code": code, "says": REASONS.get(code, code), "rows": n} for code, n in tried.reasons.most_common()
        ],
        "fuller": [{"says": says, "records": n} for says, n in tried.lacks.most_common()],
        "columns": [
            {
                "column": one.name,
                "there": one.there,
                "becomes": [{"path": use.path, "says": use.words} for use in one.became],
                "rows": one.rows,
                "filled": one.filled,
                "did_not_fit": one.misfits,
                "not_understood": one.odd,
                "expected": one.expected,
                "examples": one.examples,
            }
            for one in tried.columns
        ],
        "not_used": [one.name for one in tried.unused],
        "examples": [
            {
                "position": one.position,
                "before": [dict(row) for row in one.before],
                "after": _after(one),
                "faults": [fault.model_dump(exclude_defaults=True) for fault in one.faults],
                "fuller": list(one.lacks),
            }
            for one in tried.examples
        ],
        "notes": tried.notes,
    }


def _after(example: Example) -> dict[str, Any] | None:
    made = example.after
    if made is None:
        return None
    out: dict[str, Any] = {"record": made.record, "agency": made.agency, "message_id": made.message_id}
    for name in ("happened", "until", "sent", "version", "says"):
        if value := getattr(made, name):
            out[name] = value
    if made.place:
        out["place"] = dict(made.place)
    out["fields"] = dict(made.fields)
    out["people"] = [{"roles": list(one.roles), **one.details.as_dict()} for one in made.people]
    return out


def _say(text: str) -> None:
    """A supplier's own values on a terminal: what would clear it or set its colours is no part of them."""
    from sightline.intake.notes import plain

    print("\n".join(plain(line) for line in text.split("\n")))


def _told(tried: Tried, feed: Feed) -> None:
    from sightline.intake.trying import REASONS

    if tried.unreadable:
        print(f"Nothing of it can be used: {tried.unreadable}", file=sys.stderr)
    rows_read = f"{tried.rows:,} row{'' if tried.rows == 1 else 's'}"
    first = f"the first {rows_read}" if tried.cut else rows_read
    made = f"{tried.records:,} record{'' if tried.records == 1 else 's'}"
    _say(f"{feed.title} ({tried.feed}): {first}; {made}, {tried.waiting:,} would wait for a person.\n")
    rows = [("column", "becomes", "filled", "did not fit", "values that did not fit")]
    for one in tried.columns:
        if one.there and one.used:
            rows.append(_line(one))
    _columns(rows)
    if absent := [one.name for one in tried.columns if not one.there]:
        _say(f"\nNot in the file, though the mapping reads them: {', '.join(absent)}")
    if unused := [one.name for one in tried.unused]:
        _say(f"\nNot used: {', '.join(unused)}")
    for sentence in tried.missing:
        _say(f"\nNeeded, and no column gives it: {sentence}")
    if tried.reasons:
        _say("\nWhy rows would wait:")
        for code, many in tried.reasons.most_common():
            _say(f"  {many:>6,}  {REASONS.get(code, code)} ({code})")
    if tried.lacks:
        _say("\nThey would be taken; fuller records would also say:")
        for says, many in tried.lacks.most_common(8):
            _say(f"  {many:>6,}  {says}")
    for note in tried.notes:
        _say(f"\nNote: {note}")
    for one in tried.examples:
        _example(one)


def _line(one: Told) -> tuple[str, ...]:
    became = "; ".join(use.words for use in one.became)
    shown = ", ".join(one.examples)
    wanted = f" (expected {one.expected[:70]})" if shown and one.expected else ""
    misfits = f"{one.misfits:,}" if one.misfits else f"{one.odd:,} kept as sent" if one.odd else "-"
    return one.name, became, f"{one.filled:,} of {one.rows:,}", misfits, shown + wanted


def _columns(rows: list[tuple[str, ...]]) -> None:
    widths = [min(max(len(row[place]) for row in rows), 46) for place in range(4)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:4], widths, strict=True)]
        _say("  ".join([*cells, row[4]]).rstrip())


def _example(one: Example) -> None:
    _say(f"\n--- {one.position}")
    for row in one.before:
        _say("  before  " + "; ".join(f"{name}: {value}" for name, value in row.items() if value and value.strip()))
    after = _after(one)
    if after is None:
        for fault in one.faults:
            where = f"{fault.path}: " if fault.path else ""
            _say(f"  WAITS   {where}expected {fault.expected}")
        return
    people = after.pop("people")
    fields = after.pop("fields")
    _say("  after   " + "; ".join(f"{name}: {value}" for name, value in after.items()))
    for name, value in fields.items():
        _say(f"            {name}: {value}")
    for person in people:
        roles = ", ".join(person.pop("roles"))
        _say(f"          {roles}: " + "; ".join(f"{name}: {value}" for name, value in person.items()))


# --- list and show -------------------------------------------------------------------------------------


def _list(args: argparse.Namespace) -> int:
    from sightline.agencies.queries import machine
    from sightline.intake.mapping_queries import feeds
    from sightline.sharing.reading import reading

    with reading(machine("set-up-machine"), "administration", about="list-feeds") as opened:
        found = feeds(opened)
    if args.json:
        out = [
            {
                "id": one.feed.id,
                "title": one.feed.title,
                "agency": one.feed.agency or one.feed.agency_column,
                "format": one.feed.format,
                "every": one.feed.every,
                "approved_on_the_page": one.declared,
                "where": one.where,
                "deliveries": one.deliveries,
                "last": one.last.isoformat() if one.last else None,
            }
            for one in found
        ]
        print(json.dumps(out, indent=1, ensure_ascii=False))
        return 0
    rows = [("feed", "from", "format", "expected", "declared in; last arrival")]
    for one in found:
        last = f"{one.last:%Y-%m-%d}" if one.last else "nothing yet"
        sender = one.feed.agency or "named in the file"
        rows.append((one.feed.id, sender, one.feed.format, one.feed.every or "-", f"{one.where}; {last}"))
    _columns(rows)
    return 0


def _show(args: argparse.Namespace) -> int:
    from sightline.agencies.queries import partnership
    from sightline.intake.mappings import as_kept, to_yaml
    from sightline.intake.trying import uses

    definition = partnership()
    feed = _mapping(args.id, definition)
    if feed is None:
        return 2
    if args.yaml:
        print(to_yaml(feed), end="")
        return 0
    if args.json:
        print(json.dumps(as_kept(feed), indent=1, ensure_ascii=False))
        return 0
    where = definition.origins.get(f"feed/{feed.id}", "a mapping that is being made").rpartition(":")[0]
    print(f"{feed.id}: {feed.title}\n  from      {feed.agency or feed.agency_column}\n  format    {feed.format}")
    print(f"  expected  {feed.every or '-'}\n  declared  {where or 'a mapping that is being made'}")
    for name, found in uses(feed, definition).items():
        print(f"  {name:32.32}  {'; '.join(use.words for use in found)}")
    return 0
