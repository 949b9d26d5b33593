"""The policy compiled a third time: to row-level security, the second wall (PostgreSQL alone).

The gate decides what a page shows. This wall stands behind it, in the database: a query of ours that forgot to ask, or that
was bent by what somebody typed, finds no row that the reader may not at least know of. It is made of the same branches
(`rules.Branch`) as the decision and the filter, and a test holds all of them equal on random worlds.

What shows: a record of which the reader may see a pointer or better; its parts; who somebody is, by the same rules; and
what a sender held of them. Which source identities stand on a record that shows, shows too, and those to whom the reader
has a tie (ids and the sender's name; never the sealed details). Nothing is written past it either: only `trusted` verbs write.

`allowing` ties count as the gate counts them on any day that a page may ask about: to whoever is, or ever was held to be,
the same person. Restrictions count as of now.

`ddl` is text; `walling.py` installs it. Nothing here asks the database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence

from sightline.definition.types import Partnership
from sightline.sharing.rules import ANY, BY_NAME, NAMED, OF_RECORDS, Branch
from sightline.sharing.standing import MACHINE_ROLE, PAGES
from sightline.sharing.types import Level

SCHEMA = "sightline_wall"
MOST_FEW = 300  # ties of a reader that are told with who reads; each row is held against all of them
WALLED = {  # table: what must hold of a row. `r` is who reads, asked for once a statement.
    "chronology_entry": "shows_entry({r}, id, first, record, agency, handling, routine, happened)",
    "chronology_part": "shows_part({r}, entry_id)",
    "identity_sourceidentity": "shows_identity({r}, id, person, agency, guard)",
    "identity_version": "shows_details({r}, identity_id)",
}


def ddl(partnership: Partnership) -> str:
    """The functions that say which rows show, for this definition's rules; ends with their fingerprint as a comment."""
    branches = [(n, Branch.of(rule)) for n, rule in enumerate(partnership.rule.values(), 1)]
    said = "\n".join((_STANDING, _rules(branches), _asks(branches), _gives(branches), _SHOWS))
    said = (
        said.replace("SCHEMA.", f"{SCHEMA}.")
        .replace("OF_RECORDS", _list(OF_RECORDS))
        .replace("MOST_FEW", str(MOST_FEW))
        .replace("'NAMED'", _text(NAMED))
    )
    return f"{said}\nCOMMENT ON SCHEMA {SCHEMA} IS '{_mark(said)}';\n"


def fingerprint(partnership: Partnership) -> str:
    """By which one sees whether the wall that stands is the one that this definition asks for."""
    return ddl(partnership).rsplit("'", 2)[1]


def policies(table: str) -> list[str]:
    """The statements that put the wall before one table: without a reader no row shows, and nothing is written."""
    condition = WALLED[table].format(r=f"(SELECT {SCHEMA}.standing())")
    # In so many words, because of a test for `unknown` the planner believes that nearly every row passes it, and of a
    # function that two thirds fail: then it reads a list of the newest from its oldest end.
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS sightline_wall ON {table}",
        f"CREATE POLICY sightline_wall ON {table} FOR SELECT TO PUBLIC "
        f"USING (nullif({SCHEMA}.{condition}, false) IS NOT UNKNOWN)",
    ]


def roles(login: str, owner: str) -> str:
    """What whoever looks after the database runs once, as a superuser: two roles that nobody signs in as, and the user of
    the application, who is not the owner of the tables."""
    return f"""\
-- Once, as a superuser. {PAGES} may use the tables, behind the wall; {MACHINE_ROLE} is for the product's own verbs.
CREATE ROLE {PAGES} NOLOGIN;
CREATE ROLE {MACHINE_ROLE} NOLOGIN BYPASSRLS;
GRANT {MACHINE_ROLE} TO {_name(owner)};
-- The user as whom the application signs in. Give it a password of its own.
CREATE ROLE {_name(login)} LOGIN PASSWORD 'CHANGE-THIS' NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
GRANT {PAGES}, {MACHINE_ROLE} TO {_name(login)};
"""


# --- what follows from the rules ------------------------------------------------------------------------------------


def _rules(branches: Sequence[tuple[int, Branch]]) -> str:
    """Which rules are for this reader at all: by role, agency and its kind, team, purpose, and whether it is a machine."""
    tests = ",\n      ".join(_static(b) for _, b in branches) or "NULL"
    return f"""
CREATE OR REPLACE FUNCTION SCHEMA.rules(who jsonb) RETURNS boolean[] LANGUAGE plpgsql STABLE AS $$
DECLARE
  role text := who->>'role'; kind text := who->>'kind'; agency text := who->>'agency';
  team text := who->>'team'; purpose text := who->>'purpose'; machine boolean := (who->>'machine')::boolean;
BEGIN
  RETURN ARRAY[
      {tests}
  ]::boolean[];
END $$;"""


def _static(branch: Branch) -> str:
    who, for_ = branch.rule.who, branch.rule.for_
    found = ["machine" if who.machine else "NOT machine"]
    for column, values in (("role", who.role), ("kind", who.agency_kind), ("agency", who.agency), ("team", who.team)):
        if values:
            found.append(_in(column, values))
    if not (branch.restricts and ANY in for_):
        found.append(_in("purpose", for_))
    return " AND ".join(found)


def _asks(branches: Sequence[tuple[int, Branch]]) -> str:
    """0: no rule covers it. 1: it depends on ties. 2: it shows whatever the ties. 3: unless it is kept to named people, or a
    restriction that depends on ties hides it."""
    allows = [(n, b) for n, b in branches if not b.restricts and b.level > Level.HIDDEN]
    free = [(n, b) for n, b in allows if not b.needs_tie and not b.unless_tie]
    return f"""
CREATE OR REPLACE FUNCTION SCHEMA.asks(r SCHEMA.reader, sort text, agency text, handling text, happened timestamptz)
RETURNS integer LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF NOT ({_any(_fits(n, b) for n, b in allows)}) THEN RETURN 0; END IF;
  IF ({_any(_fits(n, b) for n, b in free if b.restricted)}
      OR NOT r.kept AND ({_any(_fits(n, b) for n, b in free if not b.restricted)}))
    AND NOT ({_any(_fits(n, b) for n, b in _hiding(branches))}) THEN RETURN 2; END IF;
  IF {_any(_fits(n, b) for n, b in free)} OR {_any(_fits(n, b) for n, b in allows if b.unless_tie)} THEN RETURN 3; END IF;
  RETURN 1;
END $$;"""


def _gives(branches: Sequence[tuple[int, Branch]]) -> str:
    """Whether it shows to whoever holds these ties; `shut`: it is kept to named people, and the reader is none of them."""
    allows = [(n, b) for n, b in branches if not b.restricts and b.level > Level.HIDDEN]
    floors = [(n, b) for n, b in allows if b.rule.floor]

    def given(some: Iterable[tuple[int, Branch]]) -> str:
        every = list(some)
        always = _any(_tied(n, b) for n, b in every if b.restricted)
        return f"({always} OR NOT shut AND ({_any(_tied(n, b) for n, b in every if not b.restricted)}))"

    return f"""
CREATE OR REPLACE FUNCTION SCHEMA.gives(r SCHEMA.reader, sort text, agency text, handling text, happened timestamptz,
  held text[], shut boolean)
RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF NOT {given(allows)} THEN RETURN false; END IF;
  IF NOT ({_any(_tied(n, b) for n, b in _hiding(branches))}) THEN RETURN true; END IF;
  RETURN {given(floors)};
END $$;"""


def _hiding(branches: Iterable[tuple[int, Branch]]) -> list[tuple[int, Branch]]:
    return [(n, b) for n, b in branches if b.restricts and b.level is Level.HIDDEN]


def _fits(n: int, branch: Branch) -> str:
    """All that one rule asks of the reader and of the record; not of ties."""
    found = [f"r.rules[{n}]", _in("handling", branch.handling)]
    if ANY in branch.records:
        unnamed = BY_NAME - branch.records
        found += [f"NOT {_in('sort', unnamed)}"] if unnamed else []
    else:
        found.append(_in("sort", branch.records))
    if branch.sender is not None:
        found.append("agency = r.agency" if branch.sender else "agency <> r.agency")
    age = branch.rule.age
    unknown = "true" if branch.restricts else "false"
    if age.within:
        found.append(f"coalesce(happened >= {_back(age.within)}, {unknown})")
    if age.over:
        found.append(f"coalesce(happened < {_back(age.over)}, {unknown})")
    return "(" + " AND ".join(found) + ")"


def _tied(n: int, branch: Branch) -> str:
    found = [_fits(n, branch)]
    if branch.needs_tie:
        found.append(f"held && {_list(branch.needs_tie)}")
    if branch.unless_tie:
        found.append(f"NOT held && {_list(branch.unless_tie)}")
    return "(" + " AND ".join(found) + ")"


def _back(span: str) -> str:
    """The moment that lies a span back; days, weeks and months by London's calendar, as `rules.before` counts."""
    amount, _, unit = span.strip().partition(" ")
    if unit.rstrip("s") in ("hour", "minute"):
        return f"r.at - interval '{int(amount)} {unit}'"
    return f"((r.at AT TIME ZONE 'Europe/London') - interval '{int(amount)} {unit}') AT TIME ZONE 'Europe/London'"


def _any(tests: Iterable[str]) -> str:
    return "\n      OR ".join(tests) or "false"


def _in(column: str, values: Collection[str]) -> str:
    return f"{column} = ANY({_list(values)})"


def _list(values: Collection[str]) -> str:
    return f"ARRAY[{', '.join(_text(v) for v in sorted(values))}]::text[]"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _name(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


# --- what is the same for every definition --------------------------------------------------------------------------

# Who reads, as the application told it: nothing told, nothing shows. `kept`: whether anything at all is kept to named people;
# `tied`: whether the reader ever had a tie to anybody. `whom`: where very many rows are looked through and the reader's ties are
# few, the source identities of the people to whom they lead, less those who are kept to named people; at the same place in
# `by_kinds` the kinds of tie (to whoever is, or ever was held to be, the same person). Most rows of a worker's own list are
# told by these, without asking of each who stands on it and what leads there. `records`: those to which the reader has a tie
# by their own id. Else empty: to work that out costs as much as thirty rows.
_STANDING = """
DO $$ BEGIN
  CREATE TYPE SCHEMA.reader AS (rules boolean[], agency text, holders text[], at timestamptz, kept boolean,
    tied boolean, whom uuid[], by_kinds text[], records uuid[]);
EXCEPTION WHEN duplicate_object THEN NULL; END $$;

CREATE OR REPLACE FUNCTION SCHEMA.standing() RETURNS SCHEMA.reader
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  who jsonb := nullif(current_setting('sightline.reader', true), '')::jsonb;
  r SCHEMA.reader;
  few uuid[]; kinds text[]; theirs uuid[]; led text[];
BEGIN
  IF who IS NULL THEN RETURN NULL; END IF;
  r.rules := SCHEMA.rules(who);
  r.agency := who->>'agency';
  r.holders := ARRAY(SELECT jsonb_array_elements_text(who->'holders'));
  r.at := (who->>'at')::timestamptz;
  r.kept := EXISTS (SELECT FROM public.sharing_restriction);
  -- By the index, whatever the planner believes of how many ties a holder has: the newest worker's stand at the table's end.
  r.tied := EXISTS (SELECT FROM unnest(r.holders) AS h (holder) CROSS JOIN LATERAL (
    SELECT FROM public.sharing_tie t WHERE t.holder = h.holder ORDER BY t.kind, t.subject LIMIT 1) AS one);
  IF (who->>'at_length')::boolean AND r.tied THEN
    SELECT array_agg(f.subject), array_agg(f.kind) INTO few, kinds FROM (
      SELECT own.subject, own.kind FROM unnest(r.holders) AS h (holder) CROSS JOIN LATERAL (
        SELECT t.subject, t.kind::text FROM public.sharing_tie t WHERE t.holder = h.holder
          AND t.from_at <= r.at AND (t.until IS NULL OR t.until > r.at)
          ORDER BY t.kind, t.subject LIMIT MOST_FEW + 1) AS own LIMIT MOST_FEW + 1) f;
    IF cardinality(few) <= MOST_FEW THEN
      r.records := ARRAY(SELECT f.subject FROM unnest(few, kinds) AS f (subject, kind) WHERE f.kind = ANY(OF_RECORDS));
      SELECT array_agg(o.id), array_agg(o.kinds) INTO theirs, led FROM (
        SELECT s.id, string_agg(DISTINCT f.kind, ' ') AS kinds FROM unnest(few, kinds) AS f (subject, kind)
          CROSS JOIN LATERAL (SELECT now.person FROM public.identity_sourceidentity now WHERE now.id = f.subject
                              UNION SELECT l.person FROM public.identity_link l WHERE l.identity_id = f.subject) AS tied
          JOIN public.identity_sourceidentity s ON s.person = tied.person
        WHERE NOT r.kept OR NOT EXISTS (SELECT FROM public.sharing_restriction x
          JOIN public.identity_sourceidentity k ON k.id = x.subject WHERE k.person = s.person)
        GROUP BY s.id) o;
      r.whom := theirs;
      r.by_kinds := led;
    END IF;
  END IF;
  RETURN r;
END $$;"""

# These look past the wall at ties, links and parts, so they run as the machine; they answer yes or no, and nothing else.
# What a policy calls sets the search path; what those call finds it set. (Were it set by some on the way only, PostgreSQL
# would plan every expression anew at each change: milliseconds a row instead of microseconds.)
_SHOWS = """
-- The kinds of tie that the reader has now to whoever is, or was ever held to be, this person; or of some kinds to the record.
CREATE OR REPLACE FUNCTION SCHEMA.ties(r SCHEMA.reader, of_person uuid, first uuid) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF NOT r.tied THEN RETURN ARRAY[]::text[]; END IF;
  RETURN ARRAY(SELECT t.kind::text FROM public.sharing_tie t
    WHERE t.subject = ANY(ARRAY(SELECT s.id FROM public.identity_sourceidentity s WHERE s.person = of_person
                                UNION ALL SELECT l.identity_id FROM public.identity_link l WHERE l.person = of_person
                                UNION ALL SELECT first WHERE first IS NOT NULL))
      AND (first IS NULL OR t.subject <> first OR t.kind = ANY(OF_RECORDS))
      AND t.holder = ANY(r.holders) AND t.from_at <= r.at AND (t.until IS NULL OR t.until > r.at));
END $$;

-- Whether it, or anything that is held about this person, is kept to named people, of whom the reader is none.
CREATE OR REPLACE FUNCTION SCHEMA.shut(r SCHEMA.reader, first uuid, of_person uuid) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT FROM public.sharing_restriction x
    WHERE (x.subject = first OR x.subject IN (SELECT s.id FROM public.identity_sourceidentity s WHERE s.person = of_person))
      AND x.from_at <= r.at AND (x.until IS NULL OR x.until > r.at)
      AND NOT EXISTS (SELECT FROM public.sharing_tie t WHERE t.subject = x.subject AND t.kind = 'NAMED'
        AND t.holder = ANY(r.holders) AND t.from_at <= r.at AND (t.until IS NULL OR t.until > r.at)));
END $$;

CREATE OR REPLACE FUNCTION SCHEMA.shows_by_ties(r SCHEMA.reader, entry uuid, first uuid, sort text, agency text,
  handling text, routine boolean, happened timestamptz)
RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
DECLARE held text[]; shut boolean := false; who record; own uuid;
BEGIN
  IF r.whom IS NOT NULL AND NOT routine AND first <> ALL (r.records)
      AND NOT (r.kept AND EXISTS (SELECT FROM public.sharing_restriction x WHERE x.subject = first)) THEN
    -- one child of theirs on it, about whom nothing is kept to others, is reason enough
    own := (SELECT p.identity_id FROM public.chronology_part p
            WHERE p.entry_id = entry AND p.child AND p.identity_id = ANY(r.whom) LIMIT 1);
    IF own IS NOT NULL AND SCHEMA.gives(r, sort, agency, handling, happened,
        string_to_array(r.by_kinds[array_position(r.whom, own)], ' '), false) THEN RETURN true; END IF;
  END IF;
  FOR children IN REVERSE 1..0 LOOP  -- first whoever's chronology it stands on; where that is nobody's, all who are on it
    FOR who IN
      SELECT s.person, s.person AS held_to_be FROM public.chronology_part p
        JOIN public.identity_sourceidentity s ON s.id = p.identity_id
        WHERE p.entry_id = entry AND (p.child OR children = 0)
      UNION ALL SELECT s.person, l.person FROM public.chronology_part p
        JOIN public.identity_sourceidentity s ON s.id = p.identity_id
        JOIN public.identity_link l ON l.identity_id = p.identity_id AND l.person <> s.person
        WHERE p.entry_id = entry AND (p.child OR children = 0)
    LOOP
      IF routine AND NOT EXISTS (SELECT FROM public.chronology_opening o WHERE o.record = sort
        AND o.since <= happened AND o.identity_id = ANY(ARRAY(
          SELECT s.id FROM public.identity_sourceidentity s WHERE s.person = who.held_to_be
          UNION ALL SELECT l.identity_id FROM public.identity_link l WHERE l.person = who.held_to_be))) THEN
        CONTINUE;
      END IF;
      held := SCHEMA.ties(r, who.held_to_be, first);
      IF r.kept THEN shut := SCHEMA.shut(r, first, who.person); END IF;
      IF shut THEN held := array_remove(held, 'NAMED'); END IF;  -- named on one thing is not named on another
      IF SCHEMA.gives(r, sort, agency, handling, happened, held, shut) THEN RETURN true; END IF;
    END LOOP;
    EXIT WHEN FOUND;  -- somebody was there
  END LOOP;
  RETURN false;
END $$;

CREATE OR REPLACE FUNCTION SCHEMA.shows_entry(r SCHEMA.reader, entry uuid, first uuid, sort text, agency text,
  handling text, routine boolean, happened timestamptz)
RETURNS boolean LANGUAGE plpgsql STABLE COST 2000 SET search_path = pg_catalog AS $$
DECLARE asked integer;
BEGIN
  IF r.rules IS NULL THEN RETURN false; END IF;
  asked := SCHEMA.asks(r, sort, agency, handling, happened);
  IF asked = 0 THEN RETURN false; END IF;
  IF asked = 2 AND NOT routine THEN RETURN true; END IF;
  IF asked = 1 AND NOT r.tied THEN RETURN false; END IF;
  RETURN SCHEMA.shows_by_ties(r, entry, first, sort, agency, handling, routine, happened);
END $$;

CREATE OR REPLACE FUNCTION SCHEMA.shows_part(r SCHEMA.reader, entry uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER COST 2000 SET search_path = pg_catalog AS $$
DECLARE e record;
BEGIN
  IF r.rules IS NULL THEN RETURN false; END IF;
  SELECT x.id, x.first, x.record, x.agency, x.handling, x.routine, x.happened INTO e
    FROM public.chronology_entry x WHERE x.id = entry;
  RETURN SCHEMA.shows_entry(r, e.id, e.first, e.record, e.agency, e.handling, e.routine, e.happened);
END $$;

-- Who somebody is: a record of kind `identity`, by the rules that name it.
CREATE OR REPLACE FUNCTION SCHEMA.who_shows(r SCHEMA.reader, identity uuid, person uuid, agency text, guard text)
RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER COST 2000 AS $$
DECLARE
  handling text := CASE WHEN guard = 'sealed' THEN 'sealed' ELSE 'ordinary' END;
  asked integer; held text[]; shut boolean; was record;
BEGIN
  IF r.rules IS NULL THEN RETURN false; END IF;
  asked := SCHEMA.asks(r, 'identity', agency, handling, NULL);
  IF asked IN (0, 2) THEN RETURN asked = 2; END IF;
  IF asked = 1 AND NOT r.tied THEN RETURN false; END IF;
  shut := r.kept AND SCHEMA.shut(r, NULL, person);
  FOR was IN SELECT who_shows.person AS held_to_be UNION SELECT l.person FROM public.identity_link l
    WHERE l.identity_id = identity
  LOOP
    held := SCHEMA.ties(r, was.held_to_be, NULL);
    IF shut THEN held := array_remove(held, 'NAMED'); END IF;
    IF SCHEMA.gives(r, 'identity', agency, handling, NULL, held, shut) THEN RETURN true; END IF;
  END LOOP;
  RETURN false;
END $$;

CREATE OR REPLACE FUNCTION SCHEMA.shows_identity(r SCHEMA.reader, identity uuid, person uuid, agency text, guard text)
RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER COST 2000 SET search_path = pg_catalog AS $$
BEGIN
  IF r.rules IS NULL THEN RETURN false; END IF;
  RETURN SCHEMA.who_shows(r, identity, person, agency, guard)
    OR cardinality(SCHEMA.ties(r, person, NULL)) > 0
    OR EXISTS (SELECT FROM public.chronology_part p WHERE p.identity_id = identity AND SCHEMA.shows_part(r, p.entry_id));
END $$;

CREATE OR REPLACE FUNCTION SCHEMA.shows_details(r SCHEMA.reader, of_identity uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER COST 2000 SET search_path = pg_catalog AS $$
DECLARE s record;
BEGIN
  IF r.rules IS NULL THEN RETURN false; END IF;
  SELECT * INTO s FROM public.identity_sourceidentity x WHERE x.id = of_identity;
  RETURN SCHEMA.who_shows(r, s.id, s.person, s.agency, s.guard);
END $$;"""
