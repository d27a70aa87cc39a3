"""Pipelines in the console: read in words, written anew with errors that name step and field, put to use."""

import json

import pytest

from batches.transform.models import Pipeline, PipelineVersion
from batches.transform.services import pipelines
from project.access.models import AuditEntry
from project.access.roles import EVERYONE, Role
from tests.transform.api.batches import pipeline as named
from tests.transform.console.pages import DEFAULT, NEW, NEW_VERSION, PIPELINES, STEPS, TRY, batch, opened, sent

READERS = {Role.INTEGRATOR, Role.BATCH_ADMIN, Role.BATCH_OPERATOR, Role.AUDITOR}
TRIERS = READERS - {Role.AUDITOR}
SALTED = [{"op": "mask", "field": "email", "method": "hash", "salt": "pepper and salt"}]


def made(name: str = "people", **given) -> PipelineVersion:
    settings = {"description": "", "steps": STEPS, "sensitive": [], "note": "", "actor": None, **given}
    return pipelines.create(name=name, **settings)


@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_readers_see_pipelines_and_only_keepers_change_them(visit, role):
    client = visit(role)
    status = 200 if role in READERS else 403
    assert client.get(PIPELINES).status_code == status
    assert client.get(DEFAULT).status_code == status
    assert client.get(TRY).status_code == (200 if role in TRIERS else 403)
    keeper = 200 if role == Role.BATCH_ADMIN else 403
    for path in (NEW, NEW_VERSION, f"{PIPELINES}default/activate/1/", f"{PIPELINES}default/describe/move/"):
        assert client.get(path).status_code == keeper, path
        assert client.post(path, {}).status_code in ({200, 302} if keeper == 200 else {403}), path
    if role in READERS:
        assert ("New version…" in opened(client, DEFAULT)) is (keeper == 200)
        assert ("New pipeline…" in opened(client, PIPELINES)) is (keeper == 200)
        assert ("Try it out" in opened(client, DEFAULT)) is (role in TRIERS)
    assert PipelineVersion.objects.count() == 1


def test_a_pipeline_is_read_in_words(visit):
    page = opened(visit(Role.AUDITOR), DEFAULT)
    assert "ts is renamed to timestamp, amt is renamed to amount" in page
    assert "timestamp becomes a datetime (in UTC where it says no zone)" in page
    assert "email keeps two letters and its domain" in page
    assert "<b>email</b>, <b>phone</b>" in page
    assert "Version 1 is in use" in page
    assert "Nobody: it is as it came with the product." in page


def test_every_step_can_be_said_in_words(visit, settings):
    settings.TRANSFORM_PSEUDONYM_SECRET = "s" * 32
    steps = [
        {"op": "default", "field": "kind", "value": "new"},
        {"op": "default", "field": "id", "generate": "uuid"},
        {"op": "require", "fields": ["a", "b"]},
        {"op": "case", "fields": ["a"], "to": "upper"},
        {"op": "regex_replace", "field": "a", "pattern": "[0-9]+", "replacement": "#"},
        {"op": "lookup", "field": "a", "table": {"x": "y"}, "to": "c", "default": None},
        {"op": "filter", "where": "b > 0"},
        {"op": "compute", "field": "d", "expression": "b * 2"},
        {"op": "drop", "except": ["a", "c", "d"]},
        {"op": "mask", "field": "a", "method": "partial"},
        {"op": "mask", "field": "a", "method": "last"},
        {"op": "mask", "field": "a", "method": "pseudonym"},
        {"op": "mask", "field": "a", "method": "redact", "text": "gone"},
        *SALTED,
    ]
    made(steps=steps)
    page = opened(visit(Role.BATCH_ADMIN), f"{PIPELINES}people/page/")
    for words in (
        'kind is "new" where it is absent or null',
        "id is a new UUID where it is absent or null",
        "a, b must be there and not be empty",
        "a in capitals",
        'in a what matches [0-9]+ becomes "#"',
        "c is what a table of 1 has for a, else null",
        "only items stay for which b > 0",
        "d = b * 2",
        "all dropped except a, c, d",
        "a keeps the first 1 and the last 1 characters",
        "a keeps the last 4 characters",
        "a becomes a pseudonym, the same for equal values",
        'a becomes "gone"',
        "email becomes a salted SHA-256",
    ):
        assert words in page, words


@pytest.mark.parametrize(("role", "sees"), [(Role.BATCH_ADMIN, True), (Role.AUDITOR, False)])
def test_salts_are_shown_to_keepers_only(visit, role, sees):
    made(steps=SALTED)
    assert ("pepper and salt" in opened(visit(role), f"{PIPELINES}people/page/")) is sees


def test_an_older_version_is_activated_by_a_dialog(visit):
    client = visit(Role.BATCH_ADMIN)
    sent(client, NEW_VERSION, "save", steps=STEPS)
    page = opened(client, DEFAULT)
    assert "Activate…" in page
    assert "ts is renamed" in page  # the one that is in use
    assert "blanks around name go" in opened(client, f"{DEFAULT}?version=2")
    path = f"{PIPELINES}default/activate/2/"
    assert "those that have begun go on with theirs" in opened(client, path)
    answer = client.post(path, follow=True)
    assert "default uses that version from now on." in answer.content.decode()
    assert PipelineVersion.objects.get(active=True).number == 2
    assert AuditEntry.objects.filter(operation="pipeline.activate", actor_name="batch_admin").count() == 1


def test_a_pipeline_is_described_made_the_default_and_removed(visit):
    made()
    client = visit(Role.BATCH_ADMIN)
    page = f"{PIPELINES}people/page/"
    assert "Remove…" in opened(client, page)
    client.post(f"{PIPELINES}people/describe/move/", {"description": "Who they are"})
    assert "Who they are" in opened(client, page)
    assert "They went through default so far." in opened(client, f"{PIPELINES}people/default/move/")
    client.post(f"{PIPELINES}people/default/move/")
    assert "It does the batches that name no pipeline." in opened(client, page)
    assert "Remove…" not in opened(client, page)
    answer = client.post(f"{PIPELINES}people/delete/move/")
    assert answer.status_code == 409
    assert "Make another one the default first." in answer.content.decode()
    client.post(f"{PIPELINES}default/default/move/")
    answer = client.post(f"{PIPELINES}people/delete/move/", follow=True)
    assert answer.redirect_chain == [(PIPELINES, 302)]
    assert "people was removed." in answer.content.decode()


def test_a_pipeline_that_batches_went_through_can_not_be_removed(visit):
    made()
    pipelines.change(name="people", actor=None, make_default=True)
    batch([{"name": "Ann"}])
    pipelines.change(name="default", actor=None, make_default=True)
    client = visit(Role.BATCH_ADMIN)
    assert "Remove…" not in opened(client, f"{PIPELINES}people/page/")
    assert "It stays." in client.post(f"{PIPELINES}people/delete/move/").content.decode()


def test_a_pipeline_without_a_version_says_what_to_do(visit):
    Pipeline.objects.create(name="bare")
    page = opened(visit(Role.BATCH_ADMIN), f"{PIPELINES}bare/page/")
    assert "No version is in use: batches that name it are refused." in page
    assert "Write its first version." in page
    assert "Try it out" not in page
    assert visit(Role.BATCH_ADMIN).get(f"{PIPELINES}bare/try/").status_code == 404


def test_steps_that_can_not_be_read_any_more_are_said_and_shown(visit):
    named("old", {"op": "levitate"})
    page = opened(visit(Role.BATCH_ADMIN), f"{PIPELINES}old/page/")
    assert "steps.0.op" in page
    assert "levitate" in page
    assert "steps.0.op" in opened(visit(Role.BATCH_ADMIN), f"{PIPELINES}old/try/", 400)


MISSING = (
    *("none/page/", "none/try/", "none/new-version/", "default/fly/move/"),
    *("default/activate/9/", "default/page/?version=9", "default/page/?version=x"),
)


@pytest.mark.parametrize("path", MISSING)
def test_what_is_not_there_is_a_404(visit, path):
    assert visit(Role.BATCH_ADMIN).get(f"{PIPELINES}{path}").status_code == 404


def test_an_empty_list_says_what_belongs_there(visit):
    Pipeline.objects.all().delete()
    page = opened(visit(Role.BATCH_ADMIN), PIPELINES)
    assert "A pipeline says what is done to the items of a batch." in page
    assert json.dumps([]) not in page
