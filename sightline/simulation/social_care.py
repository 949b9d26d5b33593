"""What the front door and social work make of it: decisions, feedback, referrals, assessments, plans, workers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from sightline.simulation import words
from sightline.simulation.events import Agencies, Case, Event, Value
from sightline.simulation.people import Family, Person
from sightline.simulation.when import Period, same_evening, working_day

QUEUE = frozenset(
    """ppn domestic-abuse-incident missing-episode custody health-visitor-concern school-nurse-concern midwifery-concern
    school-concern weapon-in-school contact""".split()
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
CATEGORIES = ("NEG", "NEG", "EMO", "EMO", "PHY", "SAB")


class FrontDoor:
    def __init__(self, period: Period, agencies: Agencies) -> None:
        self.period, self.agencies = period, agencies
        self.care = agencies.social_care
        self.census_first, self.census_last = period.census_year

    # --- contacts ---------------------------------------------------------------------------------------

    def contact(
        self, family: Family, at: datetime, source: str, rng: random.Random, events: list[Event], *, poor: float
    ) -> None:
        """Somebody tells the front door something about a family."""
        if not self.care:
            return
        children = [c for c in family.children if c.born and c.born <= at.date()]
        if not children:
            return
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
        events.append(Event(at, same_evening(at, 20), self.care, "contact", about, fields))

    # --- decisions --------------------------------------------------------------------------------------

    def answer(self, family: Family, events: list[Event], rng: random.Random) -> tuple[list[Event], list[Case]]:
        """Decisions on what reached the queue, and what followed from them."""
        made: list[Event] = []
        cases = list(self._before(family, rng))
        if not self.care:
            return made, cases
        open_until: dict[int, date] = {case.child.n: case.closed or date.max for case in cases}
        decided, count = datetime.min, 0
        for event in sorted(events, key=lambda e: e.sent):
            children = [(p, "child") for p, _ in event.about if p.is_child][:4]
            if not children or not reaches_queue(event) or event.sent <= decided:
                continue  # one decision answers what was waiting
            count += 1
            decided = self._when(event.sent, rng)
            decision = self._decide(children, open_until, decided.date(), count, rng)
            threshold = {
                "early-help": "early-help",
                "assessment": "child-in-need",
                "section-47": "child-protection",
            }.get(decision, "universal")
            fields: dict[str, Value] = {
                "decision": decision,
                "threshold": threshold,
                "rationale": words.DECIDED[decision],
            }
            if decision == "early-help":
                fields["agreement"] = "yes"
            made.append(Event(decided, same_evening(decided, 20), self.care, "decision", children, fields))
            if rng.random() < 0.88:
                told = decided + timedelta(minutes=rng.choice((20, 45, 70, 200)))
                made.append(
                    Event(
                        told,
                        same_evening(told, 20),
                        self.care,
                        "referrer-feedback",
                        children,
                        {"told-at": told, "how": rng.choice(("email", "phone"))},
                    )
                )
            if decision in ("assessment", "section-47"):
                for child, _ in children:
                    if child in family.children and open_until.get(child.n, date.min) < decided.date():
                        case = self._case(
                            child, decided.date(), self._source(event), rng, enquiry=decision == "section-47"
                        )
                        case.told_at = max(event.sent, decided - timedelta(minutes=10))
                        open_until[child.n] = case.closed or date.max
                        cases.append(case)
        for case in cases:
            made += self.told(case, family.locality, rng)
        return made, cases

    def _decide(
        self, children: list[tuple[Person, str]], open_until: dict[int, date], day: date, count: int, rng: random.Random
    ) -> str:
        if any(open_until.get(child.n, date.min) >= day for child, _ in children):
            return "advice"  # already open: it goes to the worker
        weights = (34, 34, 14, 8 + 4 * min(count, 4), 2 + min(count, 4))
        return rng.choices(("no-further-action", "advice", "early-help", "assessment", "section-47"), weights)[0]

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

    def _before(self, family: Family, rng: random.Random) -> Iterator[Case]:
        """Cases of the census's year, before the city was watched."""
        last = min(self.census_last, self.period.start - timedelta(days=1))
        days = (last - self.census_first).days
        if days <= 0:
            return
        for child in family.children:
            if child.burden and rng.random() < 0.13 * min(child.burden, 4.0):
                day = self.census_first + timedelta(days=rng.randrange(days + 1))
                if child.born and child.born < day:
                    yield self._case(
                        child,
                        working_day(self.period.school, day, 0),
                        rng.choice(("1A", "2A", "3B", "5D", "6", "6")),
                        rng,
                        enquiry=rng.random() < 0.2,
                    )

    def _case(self, child: Person, day: date, source: str, rng: random.Random, *, enquiry: bool) -> Case:
        add = self.period.school.working.add
        case = Case(child, day, source, rng.choice(NEED))
        if not enquiry and rng.random() < 0.08:
            case.nothing_further, case.closed, case.closed_because = True, day, "RC8"
            return case
        authorised = add(day, rng.choice((12, 20, 28, 35, 40, 43, 44, 45, 52)))
        factors = "; ".join(dict.fromkeys(rng.choice(FACTORS) for _ in range(rng.choice((1, 2, 2, 3)))))
        case.assessed = (day, authorised, factors)
        ends = authorised
        if enquiry:
            started = add(day, 1)
            target, conference = add(started, 15), rng.random() < 0.5
            held = add(started, rng.choice((9, 12, 14, 15, 18))) if conference else None
            case.enquiry = (started, target, held, not conference)
            if held:
                over = held + timedelta(days=rng.randrange(150, 520))
                case.protection = (held, over, rng.choice(CATEGORIES), int(rng.random() < 0.2))
                case.closed, case.closed_because = over, "RC7"
                return case
        if enquiry or rng.random() < 0.45:
            started = add(authorised, 1)
            over = started + timedelta(days=rng.randrange(60, 330))
            case.plan, ends = (started, over), over
        case.closed, case.closed_because = ends, "RC7" if case.plan else rng.choice(("RC8", "RC8", "RC9"))
        return case

    def told(self, case: Case, locality: str, rng: random.Random) -> Iterator[Event]:
        """What the daily extract says of a case: all of it after the census's year; before, only what changed since."""
        if not self.care:
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
                    {"kind": "initial", "held-at": at, "target": target, "outcome": "plan"},
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


def reaches_queue(event: Event) -> bool:
    """Whether the front door must decide about it (names.md)."""
    if event.record == "police-incident":
        return event.fields.get("child-at-risk") == "yes"
    if event.record == "ae-attendance":
        return event.fields.get("injury") == "Assault" or event.fields.get("complaint") == "Assault"
    return event.record in QUEUE
