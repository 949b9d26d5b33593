"""Children who are looked after, in the Standard Safeguarding Dataset: episodes, placements, health, reviews, leaving."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sightline.simulation.events import Case
from sightline.simulation.people import Person

if TYPE_CHECKING:
    from sightline.simulation.ssd import Standard

PLACES = ("U6", "U6", "U6", "U4", "U3", "U1", "K2", "P1")
FOR_OLDER = ("U6", "U6", "K2", "K2", "K3", "U4")
ENDS = ("E4A", "E4A", "E4B", "E13", "E41", "E45", "E48", "E8")
LETTERS = "BCDEGHKRSTUVWXYZ"
YEAR = timedelta(days=365)


def looked_after(s: Standard, case: Case, person: str, referral: str, rng: random.Random) -> None:
    """One time in care, of one or more episodes."""
    assert case.care is not None
    until, (began, over) = s.period.until, case.care
    ended = over if over and over <= until else None
    child, last = case.child, ended or until
    care, need = s.id("CL"), case.need if case.need != "N0" else "N1"
    alone = bool(child.nationality)
    order = "V2" if alone or case.part < 0.35 else "C1" if (last - began).days < 250 else "C2"
    spots = [began]
    while (last - spots[-1]).days > 200 and len(spots) < 5 and rng.random() < 0.45:
        spots.append(spots[-1] + timedelta(days=rng.randrange(90, (last - spots[-1]).days - 60)))
    why = "E12" if case.adopted else "E8" if ended and child.age(ended) >= 17 else rng.choice(ENDS)
    for at, start in enumerate(spots):
        final = at + 1 == len(spots)
        stop = ended if final else spots[at + 1]
        place = s.id("PL")
        sort = "A5" if case.adopted and final else rng.choice(FOR_OLDER if alone or child.age(start) > 13 else PLACES)
        s.row("ssd_cla_placement", clap_cla_placement_id=place, clap_cla_placement_start_date=start,
              clap_cla_placement_type=sort,
              clap_cla_placement_urn=f"SC{900_000 + rng.randrange(400)}" if sort in ("K2", "K3") else "XXXXXXX",
              clap_cla_placement_distance=round(rng.lognormvariate(1.5, 0.9), 1), clap_cla_id=care,
              clap_cla_placement_provider=rng.choice(("PR1", "PR1", "PR4")),
              clap_cla_placement_postcode="", clap_cla_placement_end_date=stop,
              clap_cla_placement_change_reason="" if final else rng.choice(("CARPL", "CHILD", "CREQB", "PLACE")),
              clap_person_id=person)  # fmt: skip
        s.row("ssd_s251_finance", s251_table_id=s.id("FI"), s251_cla_placement_id=place)
        s.row("ssd_cla_episodes", clae_cla_episode_id=s.id("EP"), clae_person_id=person,
              clae_cla_episode_start_date=start,
              clae_cla_episode_start_reason="S" if at == 0 else "P", clae_cla_primary_need_code="N8" if alone else need,
              clae_cla_episode_ceased_date=stop,
              clae_cla_episode_ceased_reason="" if not stop else why if final else "X1", clae_cla_id=care,
              clae_referral_id=referral, clae_cla_placement_id=place,
              clae_entered_care_date=began, clae_cla_last_iro_contact_date=last - timedelta(days=rng.randrange(2,
              60)) if final else "")  # fmt: skip
    changed = began + timedelta(days=200)
    if order == "C2" and changed < last:  # first interim, then full
        s.row(
            "ssd_legal_status",
            lega_legal_status_id=s.id("LS"),
            lega_person_id=person,
            lega_legal_status="C1",
            lega_legal_status_start_date=began,
            lega_legal_status_end_date=changed,
        )
        s.row(
            "ssd_legal_status",
            lega_legal_status_id=s.id("LS"),
            lega_person_id=person,
            lega_legal_status="C2",
            lega_legal_status_start_date=changed,
            lega_legal_status_end_date=ended,
        )
    else:
        s.row("ssd_legal_status", lega_legal_status_id=s.id("LS"), lega_person_id=person,
              lega_legal_status="C1" if order == "C2" else order,
              lega_legal_status_start_date=began, lega_legal_status_end_date=ended)  # fmt: skip
    if alone:
        s.row(
            "ssd_immigration_status",
            immi_person_id=person,
            immi_immigration_status_id=s.id("IM"),
            immi_immigration_status="UASC",
            immi_immigration_status_start_date=began,
        )
    _reviews(s, case, person, care, began, last, rng)
    _health(s, case, person, began, last, ended, rng)
    _plans(s, case, person, care, began, ended, rng)


def _reviews(s: Standard, case: Case, person: str, care: str, began: date, last: date, rng: random.Random) -> None:
    until, due = s.period.until, began + timedelta(days=20)
    step = 90
    while due <= last:
        if due >= until - timedelta(days=1100):
            held = min(s._working(due - timedelta(days=rng.randrange(0, 6))), last)
            took_part = case.child.age(held) < 4 or s.dealt("looked-after-reviews-taken-part")
            code = (
                "PN0" if case.child.age(held) < 4 else rng.choice(("PN1", "PN2", "PN3", "PN5")) if took_part else "PN7"
            )
            s.row("ssd_cla_reviews", clar_cla_review_id=s.id("RV"), clar_cla_id=care, clar_cla_review_due_date=due,
                  clar_cla_review_date=held,
                  clar_cla_review_cancelled="N", clar_cla_review_participation=code)  # fmt: skip
        due, step = due + timedelta(days=step), 180
    if last == until:
        s.row(
            "ssd_cla_reviews",
            clar_cla_review_id=s.id("RV"),
            clar_cla_id=care,
            clar_cla_review_due_date=due,
            clar_cla_review_cancelled="N",
        )
    for at in s._visits(max(began, until - timedelta(days=730)), last, 38, rng):
        s.row("ssd_cla_visits", clav_cla_visit_id=s.id("V"), clav_cla_id=care, clav_person_id=person,
              clav_cla_visit_date=at, clav_cla_visit_seen="Y" if rng.random() < 0.96 else "N",
              clav_cla_visit_seen_alone="Y" if rng.random() < 0.75 else "N")  # fmt: skip


def _health(
    s: Standard, case: Case, person: str, began: date, last: date, ended: date | None, rng: random.Random
) -> None:
    until = s.period.until
    longer = (last - began).days >= 365 and not ended
    for name, sort in (("looked-after-health-checked", "Health"), ("looked-after-teeth-checked", "Dental")):
        if not longer or s.dealt(name):
            on = max(began, last - timedelta(days=rng.randrange(5, 330)))
            s.row("ssd_cla_health", clah_health_check_id=s.id("HC"), clah_person_id=person,
                  clah_health_check_type=f"{sort} check", clah_health_check_date=on,
                  clah_health_check_status="Approved")  # fmt: skip
    s.row(
        "ssd_cla_immunisations",
        clai_person_id=person,
        clai_immunisations_status="Y" if rng.random() < 0.86 else "N",
        clai_immunisations_status_date=last,
    )
    age = case.child.age(last)
    if longer and 4 <= age <= 16:
        s.row("ssd_sdq_scores", csdq_table_id=s.id("SD"), csdq_person_id=person,
              csdq_sdq_completed_date=last - timedelta(days=rng.randrange(10, 300)),
              csdq_sdq_reason="SDQ1", csdq_sdq_score=min(40, max(0, round(rng.gauss(14, 7)))))  # fmt: skip
    if age >= 12 and rng.random() < 0.06:
        s.row("ssd_cla_substance_misuse", clas_substance_misuse_id=s.id("SM"), clas_person_id=person,
              clas_substance_misuse_date=last - timedelta(days=60),
              clas_substance_misused="Y", clas_intervention_received="Y" if rng.random() < 0.6 else "N")  # fmt: skip
    if age >= 12 and rng.random() < 0.03:
        s.row("ssd_cla_convictions", clac_cla_conviction_id=s.id("CV"), clac_person_id=person,
              clac_cla_conviction_date=max(began, last - timedelta(days=100)),
              clac_cla_conviction_offence="Theft")  # fmt: skip
    if until and age >= 12 and rng.random() < 0.12:
        away = s.period.at_night(rng, 0)
        if began <= away.date() < last:
            back = away + timedelta(hours=rng.choice((3, 7, 11, 20)))
            s.row("ssd_missing", miss_table_id=s.id("B"), miss_person_id=person, miss_missing_episode_start_date=away,
                  miss_missing_episode_type=rng.choice("MMA"),
                  miss_missing_episode_end_date=back, miss_missing_rhi_offered="Y",
                  miss_missing_rhi_accepted=rng.choice("YYN"))  # fmt: skip


def _plans(
    s: Standard, case: Case, person: str, care: str, began: date, ended: date | None, rng: random.Random
) -> None:
    goal = "ADOPT" if case.adopted else rng.choice(("LTFOST", "LTFOST", "RETHOME", "SGO", "SUPACC"))
    s.row("ssd_cla_care_plan", lacp_table_id=s.id("CP"), lacp_person_id=person,
          lacp_cla_care_plan_start_date=began + timedelta(days=10), lacp_cla_care_plan_end_date=ended,
          lacp_cla_care_plan_json=json.dumps({goal: "Y"}))  # fmt: skip
    if rng.random() < 0.05 and case.child.age(began) > 4:
        s.row("ssd_cla_previous_permanence", lapp_table_id=s.id("PP"), lapp_person_id=person,
              lapp_previous_permanence_order_date=began - timedelta(days=900),
              lapp_previous_permanence_option=rng.choice(("P2", "P3")), lapp_previous_permanence_la="")  # fmt: skip
    if case.adopted and ended:
        s.row("ssd_permanence", perm_table_id=s.id("AD"), perm_person_id=person, perm_cla_id=care,
              perm_adm_decision_date=ended - timedelta(days=300),
              perm_placement_order_date=ended - timedelta(days=260),
              perm_placed_for_adoption_date=ended - timedelta(days=120), perm_matched_date=ended - timedelta(days=150),
              perm_adopted_by_carer_flag="N", perm_part_of_sibling_group="Y" if case.child.siblings else "N",
              perm_permanence_order_date=ended,
              perm_permanence_order_type="Adoption", perm_adoption_worker_id=s.worker("Senior Social Worker",
              case.child.n)[0])  # fmt: skip
    if not case.child.nationality and case.part >= 0.35 and (began.year >= s.period.until.year - 2):
        decided = began - timedelta(days=rng.randrange(30, 120))
        s.row("ssd_pre_proceedings", prep_table_id=s.id("PR"), prep_person_id=person, prep_plo_family_id=s.id("PF"),
              prep_pre_pro_decision_date=decided,
              prep_initial_pre_pro_meeting_date=decided + timedelta(days=14),
              prep_pre_pro_outcome="Decision to issue care proceedings",
              prep_cp_plans_referral_period=0, prep_legal_gateway_outcome="Threshold met", prep_prev_pre_proc_child=0,
              prep_prev_care_proc_child=0,
              prep_pre_pro_letter_date=decided + timedelta(days=3), prep_care_pro_letter_date=began,
              prep_pre_pro_meetings_num=2, prep_pre_pro_parents_legal_rep="Y",
              prep_parents_legal_rep_point_of_issue="Y",
              prep_court_reference=f"LS{began.year % 100}C5{rng.randrange(9999):04}",
              prep_care_proc_court_hearings=rng.randrange(1, 5),
              prep_care_proc_short_notice="N", prep_la_inital_plan_approved="Y",
              prep_la_initial_care_plan="Foster care", prep_la_final_plan_approved="Y" if ended else "",
              prep_la_final_care_plan="")  # fmt: skip


def care_leaver(s: Standard, person: Person, number: str, rng: random.Random) -> None:
    """Somebody of 18 to 21 who was looked after until 18."""
    assert person.born is not None
    left = person.born.replace(year=person.born.year + 18, day=min(person.born.day, 28))
    adviser, team = s.worker("Personal Adviser", person.n)
    contact = s.period.until - timedelta(days=rng.randrange(3, 90))
    s.row("ssd_cla_episodes", clae_cla_episode_id=s.id("EP"), clae_person_id=number,
          clae_cla_episode_start_date=left - timedelta(days=rng.randrange(300, 2500)),
          clae_cla_episode_start_reason="S", clae_cla_primary_need_code="N1", clae_cla_episode_ceased_date=left,
          clae_cla_episode_ceased_reason="E8", clae_cla_id=s.id("CL"),
          clae_entered_care_date=left - timedelta(days=2500))  # fmt: skip
    s.row("ssd_care_leavers", clea_table_id=s.id("LV"), clea_person_id=number,
          clea_care_leaver_eligibility="b) Former relevant child",
          clea_care_leaver_in_touch="YES" if rng.random() < 0.93 else "NO",
          clea_care_leaver_latest_contact=contact, clea_care_leaver_accommodation=rng.choice(LETTERS),
          clea_care_leaver_accom_suitable="1" if rng.random() < 0.9 else "2",
          clea_care_leaver_activity=rng.choice(("F1", "F2", "F4", "P2", "G4", "G5", "0")),
          clea_pathway_plan_review_date=contact - timedelta(days=60),
          clea_care_leaver_personal_advisor=adviser, clea_care_leaver_allocated_team=team,
          clea_care_leaver_worker_id=adviser)  # fmt: skip


__all__ = ["YEAR", "care_leaver", "looked_after"]
