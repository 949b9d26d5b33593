"""Every table keeps the house's promises: append-only ones refuse change on both databases, every field says how private
it is, and what stands in an address cannot be guessed or counted."""

import uuid

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from sightline.ledger.models import AppendOnly
from sightline.ledger.triggers import append_only_models, install, trigger_names

CLASSES = {"ordinary", "internal", "sensitive", "sealed", "secret"}
OURS = [model for model in apps.get_models() if model.__module__.startswith("sightline.")]
# Rows that nothing outside the database ever names: a running number is theirs. Everything else has a random id.
NUMBERED = {
    "api.answered",
    "intake.message",
    "identity.alike",
    "chronology.part",
    "ledger.link",
    "ledger.place",
    "ledger.unplaced",
    "ledger.head",
    "watching.seen",
    "watching.followed",
    "front_door.itemchild",
}
PAIRS = {"identity.key": ("key", "alike"), "ledger.node": ("level", "at")}  # rows of two numbers that nothing names at all
BY_NAME = {"agencies.agency", "identity.trainedmodel"}  # a slug, which is public; the hash of a model
APPEND_ONLY = {
    "front_door.portalmembership",
    "front_door.submitted",
    "front_door.submittedanswer",
    "inbox.mailed",
    "agencies.published",
    "retention.hold",
    "retention.lifting",
    "agencies.registryrow",
    "ledger.record",
    "ledger.place",
    "ledger.node",
    "ledger.link",
    "intake.feedalarm",
    "intake.feedalarmstep",
    "intake.item",
    "identity.version",
    "identity.link",
    "identity.guarding",
    "identity.sealing",
    "identity.protectedlocation",
    "identity.locationof",
    "identity.locationended",
    "identity.safecontact",
    "identity.stoppedrelease",
    "identity.stopanswered",
    "identity.relation",
    "identity.trainedmodel",
    "identity.publishedmodel",
    "identity.measured",
    "identity.halting",
    "watching.unusual",
    "watching.reviewed",
    "chronology.entry",
    "chronology.part",
    "chronology.opening",
    "disclosure.pack",
    "disclosure.packfile",
    "disclosure.packstep",
    "front_door.listwords",
    "inbox.outgoing",
    "inbox.delivered",
    "inbox.acknowledged",
    "inbox.ask",
    "inbox.askanswer",
    "signals.happened",
    "signals.answer",
    "signals.switch",
    "signals.fairness",
    "signals.explained",
    "front_door.decided",
    "front_door.note",
    "front_door.noteread",
}
names = pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label_lower)


def there():
    """The triggers that the database has."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return {name for (name,) in cursor.fetchall()}


def test_what_is_append_only_is_so_by_decision():
    assert {model._meta.label_lower for model in append_only_models()} == APPEND_ONLY
    assert all(issubclass(model, AppendOnly) for model in append_only_models())


def test_every_append_only_table_has_its_triggers(shared_database):
    wanted = {name for model in append_only_models() for name in trigger_names(model._meta.db_table)}
    if shared_database.engine == "postgresql":
        wanted |= {f"{model._meta.db_table}_no_truncate" for model in append_only_models()}
    assert wanted <= there()


def test_the_triggers_come_back_when_a_table_was_rebuilt(database):
    """Django rebuilds a SQLite table for most changes of a field, and its triggers are gone: the next migrate puts them back."""
    table = "chronology_entry"
    with connection.cursor() as cursor:
        for name in trigger_names(table):
            cursor.execute(f'DROP TRIGGER "{name}"' + (f' ON "{table}"' if connection.vendor == "postgresql" else ""))
    assert not set(trigger_names(table)) & there()
    install()
    assert set(trigger_names(table)) <= there()


@pytest.mark.parametrize("table", sorted(name.replace(".", "_") for name in APPEND_ONLY))
def test_change_and_deletion_are_refused(shared_database, table):
    """Even of no rows at all on PostgreSQL; on SQLite a trigger needs a row, which the integration tests give it."""
    column = {"ledger_place": "n", "ledger_node": "at"}.get(table, "id")
    statements = [f'UPDATE "{table}" SET "{column}" = "{column}"', f'DELETE FROM "{table}"']
    if shared_database.engine == "postgresql":
        for statement in [*statements, f'TRUNCATE "{table}" CASCADE']:
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
    else:
        for verb in ("update", "delete"):
            with connection.cursor() as cursor:
                cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [f"{table}_no_{verb}"])
                (text,) = cursor.fetchone()
            assert f"BEFORE {verb.upper()} ON" in text and "RAISE(ABORT" in text and "WHEN" not in text


@names
def test_every_field_says_how_private_it_is(model):
    fields = {field.name for field in model._meta.get_fields() if getattr(field, "concrete", False)}
    assert set(model.classification) == fields
    assert set(model.classification.values()) <= CLASSES


@names
def test_what_is_sealed_is_bytes_and_what_is_not_is_short(model):
    """A sealed or secret value is no text column; a text column without a limit could take what should be sealed."""
    for field in model._meta.concrete_fields:
        kept = model.classification[field.name]
        if kept == "sealed":
            assert isinstance(field, models.BinaryField), f"{field} is sealed and not bytes"
        assert type(field) is not models.TextField, f"{field} has no limit: it is sealed, or it is short"


@names
def test_ids_are_random(model):
    label, key = model._meta.label_lower, model._meta.pk
    if label in BY_NAME:
        assert isinstance(key, models.SlugField)
    elif label in PAIRS:
        assert key.field_names == PAIRS[label]
    elif label in NUMBERED:
        assert isinstance(key, models.AutoField | models.SmallIntegerField | models.IntegerField)
    else:
        assert isinstance(key, models.UUIDField) and key.default is uuid.uuid4 and not key.editable


@names
def test_no_relation_leads_back(model):
    """A template cannot wander from a row to others that the gate has not passed."""
    for field in model._meta.concrete_fields:
        if field.is_relation and field.related_model._meta.app_label != model._meta.app_label:
            assert field.remote_field.related_name == "+", f"{field}: related_name must be '+'"
