"""The reference page of how long records are kept."""

from __future__ import annotations

from sightline.definition.kinds.retention import ANY, Retention
from sightline.definition.types import Partnership


def retention(p: Partnership) -> list[str]:
    """Every schedule: whom it is about, until when, why, and what is looked at first."""
    out = [f"# How long records are kept in {p.info.title}", ""]
    out += [
        "Of several schedules that apply, the longest counts. What has had its time is brought up for two people.",
        "",
    ]
    for schedule in p.retention.values():
        out += _schedule(p, schedule)
    routine = [record for record in p.record.values() if record.kept_for]
    if routine:
        out += ["## Routine records that no concern opened", ""]
        out += [f"- {record.title}: {record.kept_for}" for record in routine]
    return out


def _schedule(p: Partnership, schedule: Retention) -> list[str]:
    out = [f"## {schedule.title}", "", f"`{schedule.id}` · Source: {schedule.source}", ""]
    out += [schedule.note, ""] if schedule.note else []
    if ANY in schedule.records:
        out.append("- **Whose**: every child")
    else:
        titles = [p.record[record].title for record in schedule.records if record in p.record]
        out.append(f"- **Whose**: a child with any of these: {', '.join(titles)}")
    limits = [f"until the {schedule.until_age}th birthday"] if schedule.until_age else []
    limits += [f"{schedule.years_after_last} years after the last record"] if schedule.years_after_last else []
    out.append(f"- **Kept**: {', and '.join(limits)}")
    return [*out, f"- **First**: {schedule.says}.", ""]
