"""What the front door and social work make of it: decisions, feedback, referrals, assessments, plans, workers."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from sightline.simulation import words
from sightline.simulation.events import Agencies, Case, Event, Value
from sightline.simulation.people import Family, Person
from sightline.simulation.plan import MAJOR, Care
from sightline.simulation.targets import Targets
from sightline.simulation.when import Period, same_evening

QUEUE = frozenset(
    """ppn domestic-abuse-incident missing-episode custody health-visitor-concern school-nurse-concern midwifery-concern
    school-concern weapon-in-school contact ambulance-concern housing-concern voluntary-concern probation-check
    police-protection""".split()
)
SOURCE = {
    "police": "6",
    "school": "2A",
    "hospital": "3E",
    "health-visitor-concern": "3B",
    "school-nurse-concern": "3C",
    "midwifery-concern": "3D",
}
NEED = ("N1", "N1", "N1", "N4", "N5", "N5", "N2", "N3", "N6")
FACTORS = ("3B", "4B", "16A", "17A", "1B", "2B", "4A", "14A", "10A", "24A", "7A", "6B", "18C", "11A")
CATEGORY_SHARES = ((0.47, "NEG"), (0.86, "EMO"), (0.95, "PHY"), (0.99, "SAB"), (1.01, "MUL"))
DECISION = {"looked-after": "assessment", "protection": "section-47", "conference-only": "section-47",
            "enquiry": "section-47",
            "in-need": "assessment", "assessment": "assessment", "nothing-further": "no-further-action"}  # fmt: skip
GOLDEN = 0.6180339887498949


class FrontDoor:
    """`ssd`: social care's own system tells of cases in the standard dataset, so the daily extract does not."""

    def __init__(self, period: Period, agencies: Agencies, targets: Targets | None = None, ssd: bool = False) -> None:
        self.period, self.agencies, self.ssd = period, agencies, ssd
        self.care = agencies.social_care
        self.census_first, self.census_last = period.census_year
        self.on_time = targets.share("conferences-on-time") if targets else 0.8

    # --- contacts ---------------------------------------------------------------------------------------

    def contact(
        self,
        family: Family,
        at: datetime,
        source: str,
        rng: random.Random,
        events: list[Event],
        *,
        poor: float,
        system: str = "",
    ) -> Event | None:
        """Somebody tells the front door something about a family."""
        if not self.care:
            return None
        children = [c for c in family.children if c.there(at.date())]
        if not children:
            return None
        about = [(c, "child") for c in children]
        about += [(a, "parent") for a in family.adults if a.role in ("mother", "father", "father-elsewhere")][:2]
        agreement = rng.choices(("yes", "no", "not-sought"), (5, 2, 3))[0]
        fields: dict[str, Value] = {
            "source-code": source,
            "method": rng.choice(("phone", "form", "email")),
            "reason": rng.choice(words.CONTACT_REASONS),
            "voice-of-child": words.voice(rng, [c.age(at.date()) for c in children], poor),
            "family-told": rng.choice(("Yes", "Yes, by the referrer", "Not yet", "")),
            "family-view": rng.choice(words.FAMILY_VIEWS) if rng.random() < 0.6 else "",
            "agreement": agreement,
        }
        if agreement == "not-sought":
            fields["not-sought-because"] = "Asking first might have raised the risk at home."
        event = Event(at, same_evening(at, 20), self.care, "contact", about, fields, system=system)
        events.append(event)
        return event

    # --- decisions --------------------------------------------------------------------------------------

    def answer(
        self, family: Family, events: list[Event], care: Sequence[Care], rng: random.Random
    ) -> tuple[list[Event], list[Case]]:
        """Decisions on what reached the queue, and what followed from them. The cases are those that the plan wants."""
        made: list[Event] = []
        if not self.care:
            return made, []
        cases: list[Case] = []
        forced: dict[int, tuple[Care, list[Person]]] = {}
        for one in sorted(care, key=lambda c: (c.start, c.group)):
            children = self._whom(family, one, cases, rng)
            if not children:
                continue
            event = self._anchor(family, one, children, events, made, forced, rng)
            if event is None:  # before we watched: only the system's history tells of it
                began = date.fromordinal(one.start) - timedelta(days=rng.randrange(18, 60))
                cases += [
                    self._case(child, began, rng.choice(("1A", "2A", "3B", "5D", "6", "6")), one, rng)
                    for child in children
                ]
            else:
                forced[id(event)] = (one, children)
        open_until: dict[int, date] = {}
        for case in cases:
            open_until[case.child.n] = max(open_until.get(case.child.n, date.min), case.closed or date.max)
        decided = datetime.min
        for event in sorted([*events, *(e for e in made if e.record == "contact")], key=lambda e: e.sent):
            about = [(p, "child") for p, _ in event.about if p.is_child][:4]
            wanted = forced.get(id(event))
            if not about or not reaches_queue(event) or (event.sent <= decided and not wanted):
                continue  # one decision answers what was waiting
            decided = max(self._when(event.sent, rng), decided)
            decision = DECISION[wanted[0].group] if wanted else self._decide(about, open_until, decided.date(), rng)
            self._tell_decision(decision, about, decided, rng, made)
            if wanted:
                for child in wanted[1]:
                    case = self._case(child, decided.date(), self._source(event), wanted[0], rng)
                    case.told_at = max(event.sent, decided - timedelta(minutes=10))
                    open_until[child.n] = max(open_until.get(child.n, date.min), case.closed or date.max)
                    cases.append(case)
        for case in cases:
            made += self.told(case, family.locality, rng)
        return made, cases

    def _whom(self, family: Family, care: Care, cases: list[Case], rng: random.Random) -> list[Person]:
        last = self.period.start if care.segment < 0 else self.period.segments[care.segment][1]
        last = min(last, self.period.until - timedelta(days=20), date.fromordinal(care.end - 45) if care.end else last)
        able = [c for c in family.children if c.born and c.born <= last and not c.died]
        if care.group in MAJOR:
            return rng.sample(able, min(care.children, len(able)))
        start, over = date.fromordinal(care.start), date.fromordinal(care.start) + timedelta(days=400)
        busy = {
            case.child.n
            for case in cases
            if case.referred <= over and (case.closed or date.max) >= start and not case.nothing_further
        }
        free = [c for c in able if c.n not in busy] or able
        return rng.sample(free, min(care.children, len(free)))

    def _anchor(
        self,
        family: Family,
        care: Care,
        children: list[Person],
        events: list[Event],
        made: list[Event],
        forced: Mapping[int, object],
        rng: random.Random,
    ) -> Event | None:
        """The notification on which the decision is made: one that came in that year, or a contact of its own."""
        start, source = date.fromordinal(care.start), rng.choice(("1A", "2A", "3A", "3B", "5D", "6", "6"))
        if care.group in MAJOR:
            before = rng.randrange(26, 44)
            day = self._working(start - timedelta(days=before))
            if day < self.period.start or not any(c.there(day) for c in family.children):
                return None
        else:
            first, last, _ = self.period.segments[care.segment]
            numbers = {child.n for child in children}
            able = [e for e in events
                    if first <= e.sent.date() < last - timedelta(days=6) and id(e) not in forced and reaches_queue(e)
                    and any(p.n in numbers for p, _ in e.about)]  # fmt: skip
            if able and rng.random() < 0.85:
                return rng.choice(able)
            day = self._working(min(max(start, max(c.born or start for c in children)), last - timedelta(days=8)))
        at = datetime.combine(day, time(rng.randrange(9, 16), rng.randrange(0, 60, 5)))
        return self.contact(family, at, source, rng, made, poor=0.3, system="ssd")

    def _working(self, day: date) -> date:
        return day if self.period.school.working.is_working(day) else self.period.school.working.add(day, 1)

    def _tell_decision(
        self, decision: str, children: list[tuple[Person, str]], at: datetime, rng: random.Random, made: list[Event]
    ) -> None:
        threshold = {"early-help": "early-help", "assessment": "child-in-need", "section-47": "child-protection"}.get(
            decision, "universal"
        )
        fields: dict[str, Value] = {"decision": decision, "threshold": threshold, "rationale": words.DECIDED[decision]}
        if decision == "early-help":
            fields["agreement"] = "yes"
        made.append(Event(at, same_evening(at, 20), self.care, "decision", children, fields))
        if rng.random() < 0.88:
            told = at + timedelta(minutes=rng.choice((20, 45, 70, 200)))
            how: dict[str, Value] = {"told-at": told, "how": rng.choice(("email", "phone"))}
            made.append(Event(told, same_evening(told, 20), self.care, "referrer-feedback", children, how))

    def _decide(
        self, children: list[tuple[Person, str]], open_until: dict[int, date], day: date, rng: random.Random
    ) -> str:
        """On what the plan wants no case of."""
        if any(open_until.get(child.n, date.min) >= day for child, _ in children):
            return "advice"  # already open: it goes to the worker
        return rng.choices(("no-further-action", "advice", "early-help"), (41, 41, 18))[0]

    def _source(self, event: Event) -> str:
        if event.record == "contact":
            return str(event.fields["source-code"])
        sender = {self.agencies.police: "police", self.agencies.hospital: "hospital"}.get(event.agency, "school")
        return SOURCE.get(event.record) or SOURCE[sender]

    def _when(self, sent: datetime, rng: random.Random) -> datetime:
        """Nearly nine of ten within a working day."""
        working = self.period.school.working
        late = rng.choice((2, 2, 3, 5)) if rng.random() < 0.12 else 0
        if not late and working.is_working(sent.date()) and 6 <= sent.hour < 14:
            return max(sent, datetime.combine(sent.date(), time(9))) + timedelta(minutes=rng.randrange(30, 180))
        day = working.add(sent.date(), max(1, late))
        return datetime.combine(day, time(rng.randrange(9, 16), rng.randrange(0, 60, 5)))

    # --- cases --------------------------------------------------------------------------------------------

    def _case(self, child: Person, day: date, source: str, care: Care, rng: random.Random) -> Case:
        add, group = self.period.school.working.add, care.group
        part = (care.number + 0.5) / care.of
        other = (care.number * GOLDEN + 0.17) % 1.0
        case = Case(child, day, source, rng.choice(NEED), segment=care.segment, part=part)
        case.before = day < self.period.start
        if group == "nothing-further":
            case.nothing_further, case.closed, case.closed_because = True, day, "RC8"
            return case
        authorised = add(day, rng.choice((12, 20, 28, 35, 40, 43, 44, 45, 52)))
        factors = "; ".join(dict.fromkeys(rng.choice(FACTORS) for _ in range(rng.choice((1, 2, 2, 3)))))
        case.assessed = (day, authorised, factors)
        end = date.fromordinal(care.end) if care.end else None
        if group == "protection":
            held = self._working(max(date.fromordinal(care.start), add(day, 3)))
            if child.born and child.born >= held:  # born since: the conference was about a child not yet born
                held = min(self._working(child.born + timedelta(days=2)), self.period.until)
            started = max(
                day, self._back(held, rng.randrange(9, 16) if other < self.on_time else rng.randrange(16, 24))
            )
            case.enquiry = (started, add(started, 15), held, False)
            again = rng.random() < 0.2
            end = max(end, held + timedelta(days=21)) if end else None
            end = end if end is None or end <= self.period.until else self.period.until
            case.protection = (held, end, _share(CATEGORY_SHARES, other), int(again))
            if end:
                over = end + timedelta(days=rng.randrange(60, 150))
                case.plan = (end + timedelta(days=1), over)
                case.closed, case.closed_because = over, "RC7"
        elif group == "looked-after":
            began = max(date.fromordinal(care.start), day, (child.born or day) + timedelta(days=1))
            case.care = (began, max(end, began + timedelta(days=14)) if end else None)
            if other < 0.3:
                started = max(day, self._back(began, rng.randrange(4, 12)))
                case.enquiry = (started, add(started, 15), None, True)
            if end:
                case.closed, case.closed_because = end + timedelta(days=40), "RC7"
        elif group in ("conference-only", "enquiry"):
            started = add(day, 1)
            held = (
                add(started, rng.randrange(9, 16) if other < self.on_time else rng.randrange(16, 24))
                if group == "conference-only"
                else None
            )
            case.enquiry = (started, add(started, 15), held, held is None)
            case.no_plan = held is not None
            started = add(authorised, 1)
            case.plan = (started, started + timedelta(days=rng.randrange(60, 330))) if other < 0.3 else None
            case.closed, case.closed_because = (
                (case.plan[1] if case.plan else max(authorised, held or authorised)),
                "RC7",
            )
        elif group == "in-need":
            started = add(authorised, 1)
            case.plan = (started, started + timedelta(days=rng.randrange(60, 330)))
            case.closed, case.closed_because = case.plan[1], "RC7"
        else:
            case.closed, case.closed_because = authorised, rng.choice(("RC8", "RC8", "RC9"))
        return case

    def _back(self, day: date, days: int) -> date:
        """So many working days before."""
        working = self.period.school.working
        while days:
            day -= timedelta(days=1)
            days -= working.is_working(day)
        return day

    def told(self, case: Case, locality: str, rng: random.Random) -> Iterator[Event]:
        """What the daily extract says of a case: all of it after the census's year; before, only what changed since."""
        if not self.care or (self.ssd and not case.storyline):
            if self.care:
                yield from self._around(case, locality, rng)
            return
        in_census = case.referred <= self.census_last and not case.storyline
        child, now = [(case.child, "child")], self.period.until

        def say(
            record: str,
            began: date,
            first: dict[str, Value],
            ended: date | None,
            last: dict[str, Value],
            agency: str = "",
        ) -> Iterator[Event]:
            message = f"cin/{record}/{{id}}/{began}"
            fields = {name: value for name, value in first.items() if value != ""}
            note = case.says.get(record, "")
            if not in_census and began <= now:
                sent = same_evening(datetime.combine(began, time(17, 0)), 20)
                if record == "referral" and case.told_at:
                    sent = case.told_at
                yield Event(
                    began,
                    sent,
                    agency or self.care,
                    record,
                    child,
                    fields,
                    note,
                    message=message,
                    storyline=case.storyline,
                )
            if last and ended and began < ended <= now and (not in_census or ended > self.census_last):
                sent = same_evening(datetime.combine(ended, time(17, 0)), 20)
                yield Event(
                    began,
                    sent,
                    agency or self.care,
                    record,
                    child,
                    fields | last,
                    note,
                    message=message,
                    version=ended.isoformat(),
                    storyline=case.storyline,
                )

        shut: dict[str, Value] = {"closed": case.closed, "closure-reason": case.closed_because} if case.closed else {}
        opened: dict[str, Value] = {
            "source-code": case.source,
            "primary-need": case.need,
            "no-further-action": "yes" if case.nothing_further else "no",
        }
        if not in_census:
            opened["reason"] = rng.choice(words.CONTACT_REASONS) if not case.storyline else case.says.get("reason", "")
        if case.nothing_further:
            yield from say("referral", case.referred, opened | shut, None, {})
            return
        yield from say("referral", case.referred, opened, case.closed, shut)
        if case.assessed:
            started, authorised, factors = case.assessed
            yield from say(
                "assessment",
                started,
                {"started": started},
                authorised,
                {"authorised": authorised or "", "factors": factors},
            )
        if case.enquiry:
            started, target, held, not_needed = case.enquiry
            found: dict[str, Value] = {
                "outcome": "c" if not_needed else "d",
                "conference-not-needed": "yes" if not_needed else "no",
            }
            yield from say(
                "section-47",
                started,
                {"started": started, "conference-target": target},
                self.period.school.working.add(started, 8),
                found,
            )
            if held:
                at = datetime.combine(held, time(10, 0))
                yield from say(
                    "conference",
                    held,
                    {
                        "kind": "initial",
                        "held-at": at,
                        "target": target,
                        "outcome": "no-plan" if case.no_plan else "plan",
                    },
                    None,
                    {},
                )
        if case.plan:
            started, ended = case.plan
            yield from say(
                "child-in-need-plan",
                started,
                {"started": started, "category": case.need},
                ended,
                {"ended": ended or ""},
            )
        if case.protection:
            started, ended, category, _ = case.protection
            yield from say(
                "child-protection-plan",
                started,
                {"started": started, "category": category},
                ended,
                {"ended": ended or ""},
            )
        if case.care:
            started, ended = case.care
            opened_care: dict[str, Value] = {"started": started, "legal-status": "V2", "placement": "foster-care"}
            yield from say("looked-after-episode", started, opened_care, ended, {"ended": ended or ""})
        if not case.storyline:
            yield from self._around(case, locality, rng)

    def _around(self, case: Case, locality: str, rng: random.Random) -> Iterator[Event]:
        """Who works with the child, what the child says, what is working."""
        child, now = [(case.child, "child")], self.period.until
        begin = max(case.referred, self.period.start)
        if case.closed and case.closed < begin or begin > now:
            return
        team, phone = self.agencies.team(self.care, locality, "area")
        fields: dict[str, Value] = {"worker-role": "social-worker", "team": team, "phone": phone, "from": case.referred}
        sent = same_evening(datetime.combine(begin, time(17, 0)), 20)
        message = f"worker/{{id}}/{case.referred}"
        yield Event(begin, sent, self.care, "involvement", child, fields, message=message)
        if case.closed and begin < case.closed <= now:
            over = same_evening(datetime.combine(case.closed, time(17, 0)), 20)
            yield Event(
                begin,
                over,
                self.care,
                "involvement",
                child,
                fields | {"to": case.closed},
                message=message,
                version=case.closed.isoformat(),
            )
        if not case.child.born:
            return
        age, visit = case.child.age(begin), datetime.combine(begin, time(15, 40)) + timedelta(days=rng.randrange(3, 18))
        for record, text, how in (
            (
                "voice-of-child",
                words.quote(rng, age, case.child.sex),
                "On a visit at home, alone with the social worker",
            ),
            ("what-is-working", words.working(rng, age, case.child.sex), ""),
        ):
            said: dict[str, Value] = {"words": text}
            if how:
                said["how"] = how
            if rng.random() < 0.7:
                yield Event(visit, same_evening(visit, 20), self.care, record, child, said)


def _share(shares: Sequence[tuple[float, str]], at: float) -> str:
    return next(code for until, code in shares if at < until)


def reaches_queue(event: Event) -> bool:
    """Whether the front door must decide about it (names.md)."""
    if event.record == "police-incident":
        return event.fields.get("child-at-risk") == "yes"
    if event.record == "ae-attendance":
        return event.fields.get("injury") == "Assault" or event.fields.get("complaint") == "Assault"
    return event.record in QUEUE
