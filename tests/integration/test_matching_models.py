"""A trained model scores nothing until somebody else has published it; then it is in force everywhere, and can be taken back."""

import json
from dataclasses import replace

import pytest

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import actor_by_id, machine
from sightline.commands import main
from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused
from sightline.identity.linkage import publishing
from sightline.identity.linkage.model import by_hand
from sightline.identity.linkage.types import Untrained
from sightline.ledger.models import Record
from tests.support.partnership import settle_in

BECAUSE = "Held against last year’s decisions: as precise, and it knows our names."


@pytest.fixture
def who(database):
    publishing.forget()
    actors = settle_in()
    added = add_worker(
        username="inge",
        name="Inge",
        agency="business-unit",
        role="information-governance",
        by=machine("set-up-machine"),
    )
    return actors | {"inge": actor_by_id(added.id)}


def trained(prior=3e-6):
    return replace(by_hand(), prior=prior).as_dict()


def test_a_model_is_in_force_once_somebody_else_published_it(who):
    shipped = publishing.current_model()
    id = publishing.propose(model=trained(), by=who["dee"])
    assert publishing.current_model().id == shipped.id
    assert [one.state for one in publishing.models()] == ["proposal"]

    publishing.publish(model=id[:12], because=BECAUSE, by=who["inge"])
    assert publishing.current_model().id == id and publishing.current_model().prior == 3e-6
    (one,) = publishing.models()
    assert (one.state, one.by, one.published_by) == (
        "in-force",
        who["dee"].id,
        who["inge"].id,
    ) and one.because == BECAUSE
    assert {"propose-matching-model", "publish-matching-model"} <= set(Record.objects.values_list("verb", flat=True))

    with pytest.raises(Conflict):
        publishing.publish(model=id, because=BECAUSE, by=who["inge"])
    publishing.publish(model="shipped", because="The names of two schools were loaded twice.", by=who["inge"])
    assert publishing.current_model().id == shipped.id and publishing.models()[0].state == "before"


def test_another_process_notices_it_within_seconds(who, monkeypatch):
    shipped = publishing.current_model()
    id = publishing.propose(model=trained(), by=who["dee"])
    with monkeypatch.context() as elsewhere:  # where another process publishes, nobody tells this one to forget
        elsewhere.setattr(publishing, "forget", lambda: None)
        publishing.publish(model=id, because=BECAUSE, by=who["inge"])
    assert publishing.current_model().id == shipped.id
    clock = publishing.time.monotonic() + publishing.LOOK_AGAIN + 0.1
    monkeypatch.setattr(publishing.time, "monotonic", lambda: clock)
    assert publishing.current_model().id == id


def test_never_by_who_had_it_trained_nor_without_the_right_or_a_reason(who):
    id = publishing.propose(model=trained(), by=who["dee"])
    with pytest.raises(Refused) as refused:
        publishing.publish(model=id, because=BECAUSE, by=who["dee"])
    assert refused.value.decision.reason_code == "second-person-needed"
    with pytest.raises(Refused) as refused:
        publishing.publish(model=id, because=BECAUSE, by=who["sara"])
    assert refused.value.decision.reason_code == "not-permitted"
    with pytest.raises(Refused):
        publishing.propose(model=trained(2e-6), by=who["inge"])
    with pytest.raises(Invalid):
        publishing.publish(model=id, because="because", by=who["inge"])
    with pytest.raises(Missing):
        publishing.publish(model="ffffff", because=BECAUSE, by=who["inge"])
    publishing.publish(model=id, because=BECAUSE, by=who["inge"])
    assert publishing.current_model().id == id


def test_a_model_with_a_level_missing_is_not_even_kept(who):
    broken = trained()
    del broken["u"]["family-name"]["near"]
    with pytest.raises(Untrained, match="family-name"):
        publishing.propose(model=broken, by=who["dee"])
    assert publishing.models() == []


def test_the_same_from_the_command_line(who, capsys):
    id = publishing.propose(model=trained(), by=who["dee"])
    assert main(["identity", "models", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [(one["id"], one["state"]) for one in listed][0] == (id, "proposal") and listed[-1]["state"] == "in-force"
    assert main(["identity", "publish", id[:8], "--by", "dee", "--because", BECAUSE]) == 2
    assert "somebody else" in capsys.readouterr().err
    assert main(["identity", "publish", id[:8], "--by", "inge", "--because", BECAUSE]) == 0
    assert main(["identity", "models", id[:8]]) == 0
    assert "bits" in capsys.readouterr().out
    assert main(["identity", "train", "--by", "dee"]) == 1
    assert "Nobody is held here" in capsys.readouterr().err
    assert main(["identity", "train", "--by", "nobody"]) == 2
