"""A small land and a town that lies over it, as files: what the tests of this folder change and break."""

from __future__ import annotations

from pathlib import Path

LAND = {
    "land/partnership.yaml": "partnership: land\ntitle: Land\nsource: local\n",
    "land/codes/agency-kind.yaml": """\
codes: agency-kind
title: Kinds of agency
source: local
codes: {police: Police, health: Health, school: School, social-care: Social care}
""",
    "land/codes/handling.yaml": """\
codes: handling
title: Handling
source: local
codes: {ordinary: Ordinary, restricted: Restricted}
""",
    "land/codes/tie.yaml": "codes: tie\ntitle: Ties\nsource: local\ncodes: {allocated: Allocated}\n",
    "land/codes/purpose.yaml": "codes: purpose\ntitle: Purposes\nsource: local\ncodes: {safeguarding: Safeguarding}\n",
    "land/codes/lawful-basis.yaml": """\
codes: lawful-basis
title: The law that a share rests on
source: local
open: yes
codes: {public-task: Public task}
""",
    "land/codes/grade.yaml": """\
codes: grade
title: Grade
source: local
codes:
  amber: {title: Amber, old: [A, orange]}
  red: Red
""",
    "land/codes/injury.yaml": """\
codes: injury
title: Injury
source: local
open: yes
codes:
  none: {title: No injury, old: ["no"]}
  violence: {title: By violence, old: [assault]}
""",
    "land/permissions/view-child.yaml": "permission: view-child\ntitle: Open a child's page\nsource: local\n",
    "land/roles/officer.yaml": """\
role: officer
title: Officer
source: local
agencies: [police]
may: [view-child]
""",
    "land/lanes/police.yaml": "lane: police\ntitle: Police\nsource: local\nof: [police]\n",
    "land/records/notice.yaml": """\
record: notice
title: Notice
source: An Act, 2004
sent-by: [police, health]
people:
  child: {title: Child, needed: yes, many: yes, child: yes}
  adult: {title: Adult, handling: restricted}
fields:
  grade: {title: Grade, kind: choice, of: grade}
  injury: {title: Injury, kind: choice, of: injury}
  voice: {title: Voice of the child, kind: quoted}
  reason: {title: Reason, kind: text, needed: yes}
  seen-at: {title: Seen, kind: datetime}
  day: {title: Day, kind: date}
  times: {title: Times, kind: number}
  told: {title: Family told, kind: yes-no}
  marks: {title: Marks, kind: choices, of: grade}
pointer: Notice
headline: "{grade} notice about {child.count:child|children}: {reason}"
queue: {any: [{grade: red}, {injury: [violence, other], age-band: infant}]}
urgent: {grade: red}
routine: yes
unless: {grade: red}
good-when:
  - {part: voice, says: The child's voice is missing, not-enough: [n/a, too young]}
  - {part: ethnicity, of: child, says: Ethnicity is missing}
  - {part: reason, says: Say why}
examples:
  - {given: {reason: Alone}, missing: [voice, ethnicity], queue: no, routine: yes}
  - {given: {reason: Alone, grade: red, people: {child: 2}}, queue: yes, urgent: yes, routine: no,
     headline: "Red notice about 2 children: Alone"}
  - {given: {injury: bruise, people: {child: [{age: 0}]}}, queue: yes}
""",
    "land/clocks/answer.yaml": """\
clock: answer
title: An answer
source: An Act, 2004
starts: {record: notice, where: {grade: red}}
stops: {record: decision}
limit:
  - {from: 2010-04-01, is: 15 working days}
  - {from: 2020-04-01, is: 10 working days, source: Changed}
  - {from: 2020-04-01, is: 2 hours, when: {urgent: yes}}
examples:
  - {starts: 2025-03-03, due: 2025-03-17}
""",
    "land/sharing/officers.yaml": """\
rule: officers
title: Officers see notices
source: local
who: {role: officer, tie: allocated}
may-see: {records: [notice], handling: [ordinary, restricted], parts: [voice]}
says: You see this because the child is allocated to you.
basis: public-task
examples:
  - {given: {role: officer, tie: allocated, record: notice}, sees: full}
""",
}

TOWN = {
    "town/partnership.yaml": "partnership: town\ntitle: Town\nsource: local\nover: land\n",
    "town/agencies/town-police.yaml": "agency: town-police\ntitle: Town Police\nsource: local\nkind: police\n",
    "town/teams/desk.yaml": "team: desk\ntitle: Desk\nsource: local\nagency: town-police\n",
    "town/localities/east.yaml": "locality: east\ntitle: East\nsource: local\npostcodes: T1\n",
    "town/groups/board.yaml": "group: board\ntitle: Board\nsource: local\nmembers: [town-police]\n",
    "town/feeds/police-notices.yaml": """\
feed: police-notices
title: Notices from the police
source: local
agency: town-police
format: csv
mapping:
  record: {is: notice}
  message-id: REF
  happened: {from: WHEN, date: "%d/%m/%Y %H:%M"}
  people:
    - {role: {is: child}, given: FIRST, family: LAST, born: {from: DOB, date: "%d/%m/%Y"}}
  fields:
    reason: WHY
    grade: {from: GRADE, codes: {"1": red, "2": amber}}
examples:
  - {given: {REF: "1"}, record: notice}
""",
}

EVERYTHING = LAND | TOWN


def write(root: Path, files: dict[str, str] | None = None, **changes: str) -> Path:
    """The files under the root; a change with an empty text leaves its file out. Answers the root."""
    for name, text in {**(EVERYTHING if files is None else files), **changes}.items():
        path = root / name
        if text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return root


def planted(name: str, old: str, new: str) -> dict[str, str]:
    """The file with one thing changed, which must be there."""
    assert EVERYTHING[name].count(old) == 1, (name, old)
    return {name: EVERYTHING[name].replace(old, new)}
