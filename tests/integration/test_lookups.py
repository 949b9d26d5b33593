"""What a load looks up it looks up by an index: a table that grows with the city must not be read whole for each transaction."""

from datetime import datetime

from django.db import connection
from django.test.utils import CaptureQueriesContext

from sightline.agencies.queries import machine
from sightline.jobs.receive import open_delivery, receive, settle_all
from tests.support.partnership import settle_in
from tests.support.senders import notifications

GROW = (
    "identity_sourceidentity identity_alike identity_key identity_version identity_link identity_possible intake_message "
    "intake_item chronology_entry chronology_part chronology_opening sharing_tie vault_key clocks_running "
    "jobs_due messages_outgoing messages_delivered messages_acknowledged signals_standing signals_happened signals_look "
    "contexts_spot front_door_item front_door_itemchild front_door_awaited ledger_record"
).split()


def test_no_table_that_grows_is_read_whole(sqlite_database):
    settle_in()
    by = machine("feed-machine")
    things = list(notifications(60, ending=datetime(2025, 3, 1)))
    delivery = open_delivery(feed="", agency="", kind="file", name="f", by=by)
    with CaptureQueriesContext(connection) as asked:
        receive(things, delivery=delivery, by=by)
        settle_all()
    looked = {q["sql"] for q in asked if q["sql"].startswith("SELECT") and not q["sql"].endswith("LIMIT 1")}
    assert len(looked) > 10
    read_whole = []
    with connection.cursor() as cursor:
        for sql in looked:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}".replace("%", "%%"))
            for *_, step in cursor.fetchall():
                words = step.split()
                if words[0] == "SCAN" and words[1] in GROW and "INDEX" not in words:
                    read_whole.append((words[1], sql[:200]))
    assert not read_whole
