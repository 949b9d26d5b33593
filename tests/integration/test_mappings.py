"""Mappings of new suppliers' files: two people, a definition that every process finds, and samples that are gone."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sightline.agencies import in_force
from sightline.agencies.actions import add_worker
from sightline.agencies.models import Declared, Published
from sightline.agencies.queries import declared, machine, partnership, published
from sightline.commands import main
from sightline.definition.outcomes import Conflict, Invalid, Refused
from sightline.intake import mapping_actions as actions
from sightline.intake import mapping_queries as queries
from sightline.intake.choosing import Choices, prefill, prefill_values, to_feed
from sightline.intake.mappings import to_yaml
from sightline.intake.models import SupplierMapping
from sightline.intake.sampling import Sample, read_sample
from sightline.ledger.models import Record
from sightline.timescales.moment import now, pretend
from sightline.vault.models import Key
from tests.integration.load.test_sets import workbook
from tests.support.databases import run_sightline
from tests.support.house import actor, as_
from tests.support.partnership import inside

FILE = (
    "Slip;Evening of;Young member;Family;Birthday;Worry\n"
    "KL-1;03.09.2026;Odi;Reedham;02.02.2012;Came with a split lip and would not say why\n"
    "KL-2;05.09.2026;Mina;Okorie;19.06.2014;Told us that she sleeps on the landing\n"
)


@pytest.fixture
def staff(house):
    by = machine("set-up-machine")
    for name, role in (("bea", "business-manager"), ("ivy", "information-governance"), ("tom", "business-manager")):
        add_worker(username=name, name=name.capitalize(), agency="business-unit", role=role, by=by)
    return house


def sample():
    head, *rows = [line.split(";") for line in FILE.splitlines()]
    return Sample.of("csv", head, rows)


def chosen(title="Kite Loft, slips"):
    choices = Choices(
        agency="voluntary-sector", title=title, every="7 days", record=["voluntary-concern"], people=["child"]
    )
    choices.columns["Young member"] = ["p0.given"]
    prefill(choices, sample(), partnership())
    prefill_values(choices, sample(), partnership())
    return choices


def submitted(title="Kite Loft, slips", by="bea"):
    choices = chosen(title)
    mapping = actions.begin(body=choices.as_dict(), sample=sample().kept(), by=actor(by))
    feed, faults = to_feed(choices, partnership())
    assert feed is not None and not [fault for fault in faults if fault.code != "better"]
    actions.submit(mapping=mapping, feed=feed, by=actor(by))
    return mapping, feed


def version(mapping):
    return SupplierMapping.objects.get(id=mapping).version


def approve(mapping, feed, by="ivy"):
    actions.approve(mapping=mapping, feed=feed, version=version(mapping), by=actor(by))
    in_force.forget()  # another process looks again within two seconds; this one committed it


def test_two_people_make_a_feed_that_every_process_recognises_and_one_alone_cannot(staff, tmp_path, capsys):
    file = tmp_path / "slips.csv"
    file.write_text(FILE)
    before = partnership()
    assert main(["load", str(file)]) == 2
    assert "is of no feed that is declared" in capsys.readouterr().err

    mapping, feed = submitted()
    with pytest.raises(Refused) as own:  # she may approve others' mappings, and not her own
        approve(mapping, feed, by="bea")
    assert own.value.decision.reason_code == "second-person-needed"
    assert partnership().hash == before.hash
    approve(mapping, feed)

    after = partnership()
    assert after.hash != before.hash and "kite-loft-slips" in after.feed
    assert published(before.hash).feed.keys() == before.feed.keys()
    assert published(after.hash).feed["kite-loft-slips"].agency == "voluntary-sector"
    loaded = run_sightline(staff, "load", str(file), "--json", timeout=60)
    assert loaded.returncode == 0, loaded.stderr
    told = json.loads(loaded.stdout)
    assert (told["new"], told["quarantined"]) == (2, 0) and told["files"][0]["feed"] == "kite-loft-slips"
    assert main(["load", str(file), "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["new"], again["unchanged"]) == (0, 2)
    verbs = list(Record.objects.filter(verb__contains="mapping").order_by("at").values_list("verb", flat=True))
    assert verbs == ["begin-mapping", "submit-mapping", "approve-mapping"]
    assert Record.objects.filter(verb="declare-thing", policy=after.hash).count() == 1
    assert main(["feed", "show", "kite-loft-slips", "--yaml"]) == 0
    shown = capsys.readouterr().out
    assert shown == to_yaml(after.feed["kite-loft-slips"]) and "examples:" in shown


def test_the_sample_is_sealed_and_gone_once_it_is_decided(staff):
    mapping, feed = submitted()
    row = SupplierMapping.objects.get(id=mapping)
    assert b"Reedham" not in bytes(row.sample) and b"Reedham" not in bytes(row.body)
    with as_("ivy", "administration") as reading:
        seen = queries.mapping(reading, mapping, sample=True)
    assert Sample.from_kept(seen.sample).names[0] == "Slip"
    assert str(mapping) in Record.objects.get(kind="read", actor=actor("ivy").id).ids
    with pytest.raises(Refused), as_("amir", "administration") as reading:
        queries.mapping(reading, mapping, sample=True)
    key = row.sample_key
    approve(mapping, feed)
    row.refresh_from_db()
    assert row.sample is None and not Key.objects.filter(id=key).exists()
    assert "Reedham" not in json.dumps(Declared.objects.get().body)


def test_a_sample_that_nobody_touches_for_four_weeks_is_destroyed(staff):
    choices = chosen()
    with pretend(now() - timedelta(days=29)):
        old = actions.begin(body=choices.as_dict(), sample=sample().kept(), by=actor("bea"))
    young = actions.begin(body=choices.as_dict(), sample=sample().kept(), by=actor("tom"))
    assert SupplierMapping.objects.get(id=old).sample is None
    assert SupplierMapping.objects.get(id=young).sample is not None


def test_what_is_approved_is_what_was_read(staff):
    mapping, feed = submitted()
    read_at = version(mapping)
    actions.send_back(mapping=mapping, because="The worry is who said it.", version=read_at, by=actor("ivy"))
    actions.save(mapping=mapping, body=chosen("Kite Loft, mornings").as_dict(), by=actor("bea"))
    with pytest.raises(Refused):  # only who makes it changes it
        actions.save(mapping=mapping, body={}, by=actor("tom"))
    again, _ = to_feed(chosen("Kite Loft, mornings"), partnership())
    actions.submit(mapping=mapping, feed=again, by=actor("bea"))
    with pytest.raises(Conflict):
        actions.approve(mapping=mapping, feed=again, version=read_at, by=actor("ivy"))
    with pytest.raises(Conflict):
        actions.approve(mapping=mapping, feed=feed, version=version(mapping), by=actor("ivy"))
    with pytest.raises(Conflict):  # and it is not changed while somebody decides
        actions.save(mapping=mapping, body={}, by=actor("bea"))
    assert not declared("feed")


def test_two_feeds_cannot_have_one_name(staff):
    first, feed = submitted()
    approve(first, feed)
    choices = chosen()
    mapping = actions.begin(body=choices.as_dict(), sample=sample().kept(), by=actor("tom"))
    with pytest.raises(Invalid):
        actions.submit(mapping=mapping, feed=feed, by=actor("tom"))


def test_a_feed_is_withdrawn_by_two_and_what_came_by_it_stays(staff, tmp_path):
    mapping, feed = submitted()
    approve(mapping, feed)
    file = tmp_path / "slips.csv"
    file.write_text(FILE.replace("05.09.2026", "some day"))
    assert main(["load", str(file)]) == 0
    with pytest.raises(Refused):
        actions.ask_to_withdraw(mapping=mapping, because="no", by=actor("tom"))
    actions.ask_to_withdraw(mapping=mapping, because="They have a new system from Monday.", by=actor("tom"))
    for by in ("tom", "bea"):  # who asked, and who made it
        with pytest.raises(Refused) as own:
            actions.decide_withdrawal(mapping=mapping, withdrawn=True, version=version(mapping), by=actor(by))
        assert own.value.decision.reason_code == "second-person-needed"
    with pytest.raises(Refused) as waits:  # the row that waits is read by this mapping
        actions.decide_withdrawal(mapping=mapping, withdrawn=True, version=version(mapping), by=actor("ivy"))
    assert waits.value.decision.reason_code == "wrong-state"

    from sightline.intake.actions import set_aside
    from sightline.intake.models import Quarantined

    set_aside(quarantined=Quarantined.objects.get().id, note="Rang them: a test row.", by=actor("dee"))
    actions.decide_withdrawal(mapping=mapping, withdrawn=True, version=version(mapping), by=actor("ivy"))
    in_force.forget()
    assert "kite-loft-slips" not in partnership().feed
    assert main(["load", str(file)]) == 2
    assert declared("feed")[0].ended_at is not None
    assert Published.objects.count() >= 2


def test_a_declared_feed_that_no_longer_fits_is_left_out_and_stops_nothing(staff):
    mapping, feed = submitted()
    approve(mapping, feed)
    row = Declared.objects.get()
    row.body["mapping"]["record"] = {"is": "a-record-that-was-renamed"}
    row.save()
    in_force.forget()
    assert "kite-loft-slips" not in partnership().feed and partnership().feed


def test_a_workbook_is_mapped_and_loads_and_can_be_tried_at_the_terminal(staff, tmp_path, capsys):
    head, *rows = [line.split(";") for line in FILE.splitlines()]
    file = tmp_path / "slips.xlsx"
    workbook(file, {"Read me": [["These are the slips"]], "Slips": [head, *rows]})
    found = read_sample(file.read_bytes(), partnership(), file.name)
    assert (found.format, found.names, found.size) == ("xlsx", tuple(head), 2)
    choices = chosen()
    choices.format = found.format
    mapping = actions.begin(body=choices.as_dict(), sample=found.kept(), by=actor("bea"))
    assert main(["feed", "try", str(file), "--mapping", str(mapping), "--json"]) == 0  # while it is being made
    told = json.loads(capsys.readouterr().out)
    assert (told["records"], told["waiting"], told["not_used"]) == (2, 0, [])
    feed, _ = to_feed(choices, partnership())
    actions.submit(mapping=mapping, feed=feed, by=actor("bea"))
    approve(mapping, feed)
    assert main(["load", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["new"] == 2


def test_trying_says_what_would_wait_and_keeps_nothing(staff, tmp_path, capsys):
    file, mapping = tmp_path / "slips.csv", tmp_path / "slips.yaml"
    file.write_text(FILE.replace("05.09.2026", "\x1b[2Jsome day\x9b31m"))
    mapping.write_text(to_yaml(to_feed(chosen(), partnership())[0]))
    before = Record.objects.count()
    assert main(["feed", "try", str(file), "--mapping", str(mapping)]) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out and "\x9b" not in out, "no value commands the terminal that it is shown on"
    assert "some day" in out and "1 record, 1 would wait" in out and "Odi" in out
    assert main(["feed", "try", str(file), "--mapping", str(mapping), "--without-values"]) == 1
    assert "Odi" not in (shared := capsys.readouterr().out) and "some day" not in shared
    assert main(["feed", "try", str(file), "--mapping", "hospital-csv"]) == 2
    assert main(["feed", "try", str(file), "--mapping", "no-such-feed"]) == 2
    assert "no-such-feed" in capsys.readouterr().err
    assert Record.objects.count() == before


def test_withdrawing_on_the_page_takes_a_reason_and_somebody_else(staff):
    mapping, feed = submitted()
    approve(mapping, feed)
    bea, ivy, amir = inside("bea"), inside("ivy"), inside("amir")
    where = f"/feeds/{mapping}/"
    assert amir.get(where).status_code == 403
    asked = bea.post(where, {"do": "ask", "because": "no"})
    assert asked.status_code == 422 and "Say why, in a sentence." in asked.content.decode()
    bea.post(where, {"do": "ask", "because": "They have a new system from Monday."})
    assert "Withdraw it" not in bea.get(where).content.decode()
    page = ivy.get(where).content.decode()
    assert "Withdraw it" in page and "They have a new system from Monday." in page
    stale = ivy.post(where, {"do": "withdraw", "version": "0"})
    assert stale.status_code == 409
    assert ivy.post(where, {"do": "withdraw", "version": str(version(mapping))}).status_code == 302
    assert "Withdrawn: Bea asked, Ivy agreed" in ivy.get(where).content.decode()
    in_force.forget()
    assert "kite-loft-slips" not in partnership().feed
    assert "Kite Loft, slips" in ivy.get("/feeds/").content.decode()  # among those withdrawn


def test_a_sample_that_is_too_large_or_no_table_is_refused_on_the_page(staff):
    bea = inside("bea")
    for content, says in (
        (b"x" * 2_200_000, "larger than 2 MB"),
        (b"no table here", "cannot be used"),
        (b"", "Choose a file"),
    ):
        sent = {"agency": "voluntary-sector", "sample": SimpleUploadedFile("slips.csv", content)}
        answer = bea.post("/feeds/new/", sent)
        assert answer.status_code == 422 and says in answer.content.decode()
    assert not SupplierMapping.objects.exists()
