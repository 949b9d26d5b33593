"""The council's system, as it would export itself in the Standard Safeguarding Dataset: 48 files, one an object.

Social care tells of a child's whole time with it, so history from before we watched stands here too. Dates are ISO,
codes national. What the dataset has no room for (decisions, checks, what children said) is in the daily extract.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sightline.definition.types import Partnership
from sightline.simulation import ssd_care
from sightline.simulation.events import Case, Event
from sightline.simulation.people import PLACEMENT, REFUGE, Family, Person
from sightline.simulation.targets import Targets
from sightline.simulation.when import Period

TABLES: dict[str, tuple[str, ...]] = {
    name: tuple(fields.split())
    for line in Path(__file__).with_name("ssd_tables.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
    for name, fields in (line.split(": "),)
}
RELEASE, RELEASED = "1.3.6", "2025-11-01"
SEX = {"male": "M", "female": "F"}
JOBS = (("Social Worker", 6), ("Senior Social Worker", 2), ("Team Manager", 1), ("Family Support Worker", 2),
        ("Independent Reviewing Officer", 1),
        ("Personal Adviser", 1))  # fmt: skip
GIVEN = (
    "Abiola Bethan Callum Deepa Ewan Farah Grace Harriet Imogen Jakub "
    "Kemi Laila Morgan Nadia Owen Pooja Rhys Sade Tomas Una"
).split()
LAST = (
    "Ackroyd Bello Cartwright Dhillon Entwistle Farrow Greenhalgh Hussain "
    "Ibbotson Judd Kaur Lister Mbeki Naylor Okoro Priestley"
).split()
NEED_TYPES = ("ASD", "SEMH", "SLCN", "MLD", "SLD", "PD", "HI", "VI")

GOLDEN = 0.6180339887498949

Held = Callable[[Person], dict[str, Any]]


class Standard:
    """One shard's rows, and `taken()` when it is done."""

    def __init__(self, definition: Partnership, period: Period, targets: Targets, shard: int, held: Held) -> None:
        self.period, self.targets, self.shard, self.held = period, targets, shard, held
        self._text = {name: io.StringIO(newline="") for name in TABLES}
        self._csv = {name: csv.writer(stream, lineterminator="\r\n") for name, stream in self._text.items()}
        self.counts: Counter[str] = Counter()
        self.shares: list[tuple[str, bool]] = []
        self._known: set[int] = set()
        self._dealt: Counter[str] = Counter()
        self._n = shard * 100_000
        care = [team for team in definition.team.values() if definition.agency[team.agency].kind == "social-care"]
        self.teams = sorted((team.id, team.title) for team in care) or [("social-work", "Social work")]
        self.workers = staff(self.teams)
        if shard == 0:
            self._once()

    # --- rows -------------------------------------------------------------------------------------------

    def row(self, table: str, **values: object) -> None:
        """A row, by field names; what is not given is empty."""
        self._csv[table].writerow([_put(values.get(name)) for name in TABLES[table]])
        self.counts[f"ssd/{table}.csv"] += 1

    def id(self, prefix: str = "") -> str:
        self._n += 1
        return f"{prefix}{self._n}"

    def taken(self) -> dict[str, str]:
        return {f"{name}.csv": stream.getvalue() for name, stream in self._text.items()}

    def dealt(self, name: str) -> bool:
        """Whether the next one of whom that percentage is told is one of them: dealt out evenly, and remembered."""
        self._dealt[name] += 1
        hit = ((self.shard * 997 + self._dealt[name]) * GOLDEN) % 1.0 < self.targets.share(name)
        self.shares.append((name, hit))
        return hit

    def worker(self, job: str, number: int) -> tuple[str, str]:
        """(worker's id, team's id) of somebody with that job."""
        able = [worker for worker in self.workers if worker[2] == job]
        chosen = able[number % len(able)]
        return chosen[0], chosen[1]

    def _once(self) -> None:
        for id, title in self.teams:
            self.row(
                "ssd_department",
                dept_team_id=id,
                dept_team_name=title,
                dept_team_parent_id="CSWS",
                dept_team_parent_name="Children's social work",
            )
        for number, (id, team, job, name) in enumerate(self.workers):
            self.row("ssd_professionals", prof_professional_id=id, prof_staff_id=f"E{number:05}",
                     prof_professional_name=name,
                     prof_social_worker_registration_no=f"SW{9_000_000 + number}" if "Social" in job else "",
                     prof_professional_job_title=job,
                     prof_professional_caseload=12 + number % 9, prof_professional_department=team,
                     prof_full_time_equivalency=(1.0, 0.8, 0.6)[number % 3],
                     prof_agency_worker_flag="NY"[number % 11 == 0])  # fmt: skip
        self.row("ssd_version_log", version_number=RELEASE, release_date=RELEASED, description="Release of the extract",
                 is_current="1",
                 created_at=self.period.until, created_by="extract", impact_description="")  # fmt: skip

    # --- people -----------------------------------------------------------------------------------------

    def person(self, person: Person, *, mother: bool = False) -> str:
        """The person's number here; their own rows are written the first time."""
        held = self.held(person)
        number = str(held["local_id"])
        if person.n in self._known:
            return number
        self._known.add(person.n)
        born, upn = person.born and person.born <= self.period.until, held.get("upn")
        self.row("ssd_person", pers_person_id=number, pers_forename=held["given"] if born else "Unborn",
                 pers_surname=held["family"],
                 pers_sex=SEX.get(held["sex"], "U") if born else "U", pers_gender=SEX.get(held["sex"],
                 "U") if born else "U",
                 pers_ethnicity=held.get("ethnicity") or "NOBT", pers_dob=held.get("born") if born else "",
                 pers_common_child_id=held.get("nhs_number"),
                 pers_upn_unknown="" if upn or not person.is_child else "UN1" if not born else "UN3",
                 pers_send_flag="Y" if person.disabled else "N",
                 pers_expected_dob="" if born else person.expected or person.born,
                 pers_death_date=person.died if person.died and person.died <= self.period.until else "",
                 pers_is_mother="Y" if mother else "N", pers_nationality=person.nationality.upper()[:3])  # fmt: skip
        for at in range(len(person.homes)):
            self._home(person, number, at)
        if person.is_child:
            for code in person.disabled.split():
                self.row("ssd_disability", disa_table_id=self.id("D"), disa_person_id=number, disa_disability_code=code)
            for sort, value in (("Unique Pupil Number", upn), ("NHS Number", held.get("nhs_number"))):
                if value:
                    self.row("ssd_linked_identifiers", link_table_id=self.id("L"), link_person_id=number,
                             link_identifier_type=sort,
                             link_identifier_value=value, link_valid_from_date=person.born)  # fmt: skip
            if person.disabled and born:
                self._send(person, number, upn)
        return number

    def _home(self, person: Person, number: str, at: int) -> None:
        home = person.homes[at]
        if home.since > self.period.until:
            return
        until = (
            person.homes[at + 1].since
            if at + 1 < len(person.homes) and person.homes[at + 1].since <= self.period.until
            else None
        )
        since = max(home.since, person.born or home.since)
        if until and since >= until:
            return
        line = home.lines[0].split(" ", 1)
        hidden = home.kind == REFUGE
        where = (
            {"HOUSE": "", "STREET": "Not to be told: a safe address"}
            if hidden
            else {"HOUSE": line[0], "STREET": line[1] if len(line) > 1 else ""}
        )
        kind = "REFUGE" if hidden else "PLACEMENT" if home.kind == PLACEMENT else "HOME"
        self.row("ssd_address", addr_table_id=self.id("A"), addr_address_json=json.dumps(where), addr_person_id=number,
                 addr_address_type=kind,
                 addr_address_start_date=since, addr_address_end_date=until,
                 addr_address_postcode="" if hidden else home.postcode)  # fmt: skip

    def _send(self, person: Person, number: str, upn: object) -> None:
        sen, request, plan = self.id("S"), self.id("Q"), self.id("H")
        self.row(
            "ssd_send",
            send_table_id=sen,
            send_upn=upn,
            send_uln="",
            send_upn_unknown="" if upn else "UN3",
            send_person_id=number,
        )
        if person.n % 3 or person.age(self.period.until) < 3:
            return
        asked = self.period.until - timedelta(days=300 + person.n * 37 % 900)
        self.row("ssd_ehcp_requests", ehcr_ehcp_request_id=request, ehcr_send_table_id=sen, ehcr_ehcp_req_date=asked,
                 ehcr_ehcp_req_outcome_date=asked + timedelta(days=38), ehcr_ehcp_req_outcome="Y")  # fmt: skip
        assessed, assessment = asked + timedelta(days=110), self.id("G")
        self.row("ssd_ehcp_assessment", ehca_ehcp_assessment_id=assessment, ehca_ehcp_request_id=request,
                 ehca_ehcp_assessment_outcome_date=assessed,
                 ehca_ehcp_assessment_outcome="Y", ehca_ehcp_assessment_exceptions="")  # fmt: skip
        self.row(
            "ssd_ehcp_named_plan",
            ehcn_named_plan_id=self.id("N"),
            ehcn_ehcp_asmt_id=assessment,
            ehcn_named_plan_start_date=assessed + timedelta(days=20),
        )
        reviewed = min(self.period.until, assessed + timedelta(days=360))
        self.row(
            "ssd_ehcp_active_plans",
            ehcp_active_ehcp_id=plan,
            ehcp_ehcp_request_id=request,
            ehcp_active_ehcp_last_review_date=reviewed,
        )
        self.row(
            "ssd_sen_need",
            senn_table_id=self.id("K"),
            senn_active_ehcp_id=plan,
            senn_active_ehcp_need_type=NEED_TYPES[person.n % 8],
            senn_active_ehcp_need_rank=1,
        )

    # --- what happened ----------------------------------------------------------------------------------

    def contact(self, event: Event) -> None:
        """Somebody told the front door: one row a child."""
        for person, role in event.about:
            if role == "child":
                number, id = self.person(person), self.id("C")
                event.message = event.message or f"ssd_contacts|{id}"
                self.row("ssd_contacts", cont_contact_id=id, cont_person_id=number, cont_contact_date=event.at,
                         cont_contact_source_code=event.fields["source-code"], cont_contact_source_desc="",
                         cont_contact_outcome_json=json.dumps({"OUTCOME_NEW_REFERRAL_FLAG": "Y"}))  # fmt: skip

    def family(self, family: Family, cases: Sequence[Case], rng: random.Random) -> None:
        """What the council's system holds of a family, where it holds any of it."""
        if not cases:
            return
        kept = [case for case in cases if case.referred <= self.period.until]
        numbers = {case.child.n: self.person(case.child) for case in kept}
        if family.kind == "home" and kept:
            row = self.id("F")
            for number in numbers.values():
                self.row("ssd_family", fami_table_id=self.id("F"), fami_family_id=row, fami_person_id=number)
            mother = family.mother
            for child in {case.child.n: case.child for case in kept}.values():
                if mother and child.mother == mother.n:
                    self.row("ssd_mother", moth_table_id=self.id("M"), moth_person_id=self.person(mother, mother=True),
                             moth_childs_person_id=numbers[child.n],
                             moth_childs_dob=child.born if child.born and child.born <= self.period.until else "")  # fmt: skip
        for case in kept:
            self._case(case, numbers[case.child.n], rng)

    def _case(self, case: Case, person: str, rng: random.Random) -> None:
        until, number = self.period.until, case.child.n
        worker, team = self.worker("Social Worker", number // 16)
        referral = self.id("R")
        closed = case.closed if case.closed and case.closed <= until else None
        self.row("ssd_cin_episodes", cine_referral_id=referral, cine_person_id=person, cine_referral_date=case.referred,
                 cine_cin_primary_need_code=case.need,
                 cine_referral_source_code=case.source, cine_referral_source_desc="",
                 cine_referral_nfa="Y" if case.nothing_further else "N",
                 cine_referral_outcome_json=json.dumps({"OUTCOME_NFA_FLAG": "Y"} if case.nothing_further
                 else {"OUTCOME_SINGLE_ASSESSMENT_FLAG": "Y"}),
                 cine_close_reason=case.closed_because if closed else "", cine_close_date=closed,
                 cine_referral_team=team, cine_referral_worker_id=worker)  # fmt: skip
        if case.assessed and case.assessed[0] <= until:
            self._assessment(case, person, referral, worker, team)
        if case.enquiry and case.enquiry[0] <= until:
            self._enquiry(case, person, referral, worker, team, rng)
        if case.plan and case.plan[0] <= until:
            began, over = case.plan
            ended = over if over and over <= until else None
            self.row("ssd_cin_plans", cinp_cin_plan_id=self.id("P"), cinp_referral_id=referral, cinp_person_id=person,
                     cinp_cin_plan_start_date=began,
                     cinp_cin_plan_end_date=ended, cinp_cin_plan_team=team, cinp_cin_plan_worker_id=worker)  # fmt: skip
            for at in self._visits(began, ended or until, 28, rng):
                self.row("ssd_cin_visits", cinv_cin_visit_id=self.id("V"), cinv_person_id=person,
                         cinv_cin_visit_date=at, cinv_cin_visit_seen=_flag(rng, 0.93),
                         cinv_cin_visit_seen_alone=_flag(rng, 0.6), cinv_cin_visit_bedroom=_flag(rng, 0.4))  # fmt: skip
        if case.care and case.care[0] <= until:
            ssd_care.looked_after(self, case, person, referral, rng)
        chair = self.worker("Independent Reviewing Officer", number // 16) if case.protection or case.care else None
        if chair:
            began = (case.care or case.protection or (case.referred,))[0]
            self.row("ssd_involvements", invo_involvements_id=self.id("I"), invo_professional_id=chair[0],
                     invo_professional_role_id="Independent Reviewing Officer",
                     invo_professional_team=chair[1], invo_involvement_start_date=began,
                     invo_involvement_end_date=closed, invo_worker_change_reason="",
                     invo_person_id=person, invo_referral_id=referral)  # fmt: skip
        if case.closed_because == "RC9" and closed:
            self.row("ssd_early_help_episodes", earl_episode_id=self.id("E"), earl_person_id=person,
                     earl_episode_start_date=closed + timedelta(days=4),
                     earl_episode_reason="Step down from assessment", earl_episode_organisation="Family Help",
                     earl_episode_worker_id=self.worker("Family Support Worker", number)[0])  # fmt: skip
        if (case.plan or case.protection) and rng.random() < 0.3:
            self.row("ssd_voice_of_child", voch_table_id=self.id("W"), voch_person_id=person,
                     voch_explained_worries=_flag(rng, 0.8),
                     voch_story_help_understand=_flag(rng, 0.7), voch_agree_worker=_flag(rng, 0.6),
                     voch_plan_safe=_flag(rng, 0.7),
                     voch_tablet_help_explain=_flag(rng, 0.5))  # fmt: skip
        if not closed and number % 40 == 0:  # what the last day's post to the department held
            self.row("ssd_api_data_staging", id=self.id(), person_id=person,
                     json_payload=json.dumps({"la_child_id": person}), current_hash="", previous_hash="",
                     submission_status="Sent", submission_timestamp=until, api_response="Accepted",
                     row_state="Unchanged", last_updated=until)  # fmt: skip

    def _assessment(self, case: Case, person: str, referral: str, worker: str, team: str) -> None:
        assert case.assessed is not None
        started, authorised, factors = case.assessed
        done = authorised if authorised and authorised <= self.period.until else None
        id, nothing = self.id("T"), case.closed_because == "RC8"
        self.row("ssd_cin_assessments", cina_assessment_id=id, cina_person_id=person, cina_referral_id=referral,
                 cina_assessment_start_date=started,
                 cina_assessment_child_seen="Y" if case.part < 0.94 else "N", cina_assessment_auth_date=done,
                 cina_assessment_outcome_json=json.dumps({"OUTCOME_NFA_FLAG": "Y"} if nothing
                 else {"OUTCOME_PLAN_FLAG": "Y"}) if done else "",
                 cina_assessment_outcome_nfa=("Y" if nothing else "N") if done else "", cina_assessment_team=team,
                 cina_assessment_worker_id=worker)  # fmt: skip
        if done:
            self.row("ssd_assessment_factors", cinf_table_id=self.id("O"), cinf_assessment_id=id,
                     cinf_assessment_factors_json=json.dumps({code: "Yes" for code in factors.split("; ")}))  # fmt: skip

    def _enquiry(self, case: Case, person: str, referral: str, worker: str, team: str, rng: random.Random) -> None:
        assert case.enquiry is not None
        until, (started, target, held, not_needed) = self.period.until, case.enquiry
        enquiry, over = self.id("Y"), min(self.period.school.working.add(started, 8), held or date.max)
        self.row("ssd_s47_enquiry", s47e_s47_enquiry_id=enquiry, s47e_referral_id=referral, s47e_person_id=person,
                 s47e_s47_start_date=started,
                 s47e_s47_end_date=over if over <= until else None,
                 s47e_s47_nfa="Y" if not_needed and not case.care else "N",
                 s47e_s47_outcome_json=json.dumps({"OUTCOME_CP_CONFERENCE_FLAG": "N" if not_needed else "Y"}),
                 s47e_s47_completed_by_worker_id=worker,
                 s47e_s47_completed_by_team=team)  # fmt: skip
        if not_needed:
            return
        conference, plan = self.id("J"), self.id("X")
        there = held if held and held <= until else None
        flag = "" if not there else "Y" if case.protection else "N"
        self.row("ssd_initial_cp_conference", icpc_icpc_id=conference, icpc_icpc_meeting_id=self.id("ME"),
                 icpc_s47_enquiry_id=enquiry, icpc_person_id=person,
                 icpc_cp_plan_id=plan if case.protection else "", icpc_referral_id=referral, icpc_icpc_transfer_in="N",
                 icpc_icpc_target_date=target,
                 icpc_icpc_date=there, icpc_icpc_outcome_cp_flag=flag,
                 icpc_icpc_outcome_json=json.dumps({"OUTCOME_CP_FLAG": flag}) if flag else "",
                 icpc_icpc_team=team, icpc_icpc_worker_id=worker)  # fmt: skip
        if case.protection and there:
            self._protection(case, person, referral, conference, plan, rng)

    def _protection(
        self, case: Case, person: str, referral: str, conference: str, plan: str, rng: random.Random
    ) -> None:
        assert case.protection is not None
        until, (began, over, category, before) = self.period.until, case.protection
        ended = over if over and over <= until else None
        if before:  # an earlier plan, some years ago
            past = began - timedelta(days=rng.choice((500, 640, 900, 1300, 1700)))
            if case.child.born and past > case.child.born:
                self.row("ssd_cp_plans", cppl_cp_plan_id=self.id("X"), cppl_person_id=person,
                         cppl_cp_plan_start_date=past,
                         cppl_cp_plan_end_date=past + timedelta(days=200), cppl_cp_plan_initial_category=category,
                         cppl_cp_plan_ola="N",
                         cppl_cp_plan_latest_category=category)  # fmt: skip
        latest = category if rng.random() < 0.9 else rng.choice(("NEG", "EMO", "PHY", "SAB"))
        self.row("ssd_cp_plans", cppl_cp_plan_id=plan, cppl_referral_id=referral, cppl_icpc_id=conference,
                 cppl_person_id=person, cppl_cp_plan_start_date=began,
                 cppl_cp_plan_end_date=ended, cppl_cp_plan_initial_category=category, cppl_cp_plan_ola="N",
                 cppl_cp_plan_latest_category=latest)  # fmt: skip
        due, last = began + timedelta(days=91), ended or until
        while due <= last + timedelta(days=30):
            on_time = due > min(last, until) or self.dealt("review-conferences-on-time")
            at = (
                self._working(due - timedelta(days=rng.randrange(1, 9)))
                if on_time
                else self._working(due + timedelta(days=rng.randrange(3, 20)))
            )
            held = at if at <= min(last, until) else None
            goes_on = "" if not held else "N" if ended and at + timedelta(days=160) > ended else "Y"
            if held or due > until:
                self.row("ssd_cp_reviews", cppr_cp_review_id=self.id("Z"), cppr_person_id=person, cppr_cp_plan_id=plan,
                         cppr_cp_review_due=due, cppr_cp_review_date=held,
                         cppr_cp_review_meeting_id=self.id("ME"), cppr_cp_review_outcome_continue_cp=goes_on,
                         cppr_cp_review_quorate="Y" if held else "",
                         cppr_cp_review_participation=rng.choice(("PN1", "PN3", "PN5", "PN7")) if held else "")  # fmt: skip
            if due > until:
                break
            due += timedelta(days=182)
        for at in self._visits(began, last, 14, rng):
            self.row("ssd_cp_visits", cppv_cp_visit_id=self.id("V"), cppv_person_id=person, cppv_cp_plan_id=plan,
                     cppv_cp_visit_date=at,
                     cppv_cp_visit_seen=_flag(rng, 0.94), cppv_cp_visit_seen_alone=_flag(rng, 0.7),
                     cppv_cp_visit_bedroom=_flag(rng, 0.5))  # fmt: skip

    def _visits(self, began: date, over: date, every: int, rng: random.Random) -> list[date]:
        found, at = [], began + timedelta(days=rng.randrange(2, 10))
        while at <= over:
            found.append(self._working(at))
            at += timedelta(days=max(5, round(rng.gauss(every, every / 5))))
        return [day for day in found if day <= over]

    def _working(self, day: date) -> date:
        return day + timedelta(days=(0, 0, 0, 0, 0, 2, 1)[day.weekday()])

    def leaver(self, person: Person, rng: random.Random) -> None:
        ssd_care.care_leaver(self, person, self.person(person), rng)

    def missing(self, event: Event, person: str, interview: bool) -> None:
        back = event.fields.get("returned-at")
        self.row("ssd_missing", miss_table_id=self.id("B"), miss_person_id=person,
                 miss_missing_episode_start_date=event.at, miss_missing_episode_type="M",
                 miss_missing_episode_end_date=back, miss_missing_rhi_offered="Y",
                 miss_missing_rhi_accepted="Y" if interview else "N")  # fmt: skip


def staff(teams: Sequence[tuple[str, str]]) -> list[tuple[str, str, str, str]]:
    """The council's workers: (id, team, job, name). Invented."""
    found = []
    for at, (team, _) in enumerate(teams):
        for job, many in JOBS:
            for _ in range(many):
                number = len(found)
                name = f"{GIVEN[number * 7 % len(GIVEN)]} {LAST[(number * 3 + at) % len(LAST)]}"
                found.append((f"W{number + 1:04}", team, job, name))
    return found


def _flag(rng: random.Random, share: float) -> str:
    return "Y" if rng.random() < share else "N"


def _put(value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%S}"
    return value.isoformat() if isinstance(value, date) else str(value)


__all__ = ["TABLES", "Mapping", "Standard", "staff"]
