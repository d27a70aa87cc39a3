"""Mappings in the console: the form that proposes, tries and saves, the page, the list."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from project.access.models import AuditEntry
from project.access.roles import ALL_READERS, Role
from project.postgres import sql
from reconciliation.models import Coverage, Mapping
from reconciliation.services import connections, mappings
from tests.console.engine import text
from tests.reconciliation import rows
from tests.reconciliation.console import forms
from tests.reconciliation.mappings.conftest import both, here  # noqa: F401  fixtures
from tests.reconciliation.mappings.tables import TABLES, USERS, create

MAPPINGS = "/admin/reconciliation/mapping/"
NEW = f"{MAPPINGS}new/"
READERS = sorted({*ALL_READERS, Role.RECONCILIATION_OPERATOR})
WRITERS = {Role.BATCH_ADMIN, Role.RECONCILIATION_OPERATOR}


def page_of(mapping: Mapping) -> str:
    return f"{MAPPINGS}{mapping.pk}/page/"


def fields(page: str) -> dict[str, str]:
    return forms.fields(page, "columns-TOTAL_FORMS")


def step(client: Client, path: str, page: str, name: str, **changed: Any) -> Any:
    given = {**fields(page), **changed, "step": name}
    return client.post(path, {field: value for field, value in given.items() if value is not None}, follow=True)


@pytest.fixture
def users(both):  # noqa: F811
    both(USERS)
    sql.execute("INSERT INTO upstream.users SELECT n, 'name ' || n, n, now() FROM generate_series(1, 12) n")
    sql.execute("INSERT INTO replica.users SELECT * FROM upstream.users WHERE id <> 3")
    sql.execute("UPDATE replica.users SET name = '' WHERE id = 5")


def test_the_empty_list_says_how_one_is_made(visit):
    page = text(visit(Role.RECONCILIATION_OPERATOR), MAPPINGS)
    assert "No mappings yet." in page
    assert "manage.py mapping import" in page
    assert NEW in page


def test_the_form_asks_for_a_connection_first(visit):
    assert "A mapping needs a connection for each side." in text(visit(Role.BATCH_ADMIN), NEW)


def test_tables_are_proposed_tried_and_saved(visit, users):
    client = visit(Role.RECONCILIATION_OPERATOR)
    assert "which tables?" in text(client, NEW)
    page = client.post(NEW, {**TABLES, "step": "propose"}).content.decode()
    assert "10" in page
    for shown in ("integer(4)", "timestamp(us)", "8 of 10 rows equal, 1 without a copy", "<b>name</b> in 1", "no copy"):
        assert shown in page, shown
    assert '"" (empty text)' in page.replace("&quot;", '"')
    assert not Mapping.objects.exists()
    answer = step(client, NEW, page, "save")
    made = Mapping.objects.get()
    assert "users was made." in answer.content.decode()
    assert [(c["source"], c["key"]) for c in made.columns][:2] == [("id", True), ("name", False)]
    assert (made.timestamp_column, made.name) == ("updated_at", "users")
    assert AuditEntry.objects.get(operation="mapping.create").actor_name == "reconciliation_operator"


def test_the_table_of_columns_can_be_edited_and_tried_again(visit, users):
    client = visit(Role.BATCH_ADMIN)
    page = client.post(NEW, {**TABLES, "name": "people", "step": "propose"}).content.decode()
    page = step(client, NEW, page, "try", **{"columns-1-ignore": "on"}).content.decode()
    assert "9 of 10 rows equal, 1 without a copy" in page
    assert not Mapping.objects.exists()
    changed = {"columns-1-ignore": "on", "columns-2-target": "", "columns-3-unit": "s", "strategy": "SAMPLE"}
    step(client, NEW, page, "save", **changed)
    made = mappings.get("people")
    assert [(c["source"], c["rule"]) for c in made.columns] == [
        ("id", {}), ("name", {"ignore": True}), ("updated_at", {"unit": "s"}),
    ]  # fmt: skip
    assert made.strategy == "SAMPLE"


def test_what_cannot_be_compared_is_shown_and_left_out(visit, both):  # noqa: F811
    both(
        "id int PRIMARY KEY, spot point, born date, mine int", "id int PRIMARY KEY, spot point, born boolean, yours int"
    )
    page = visit(Role.BATCH_ADMIN).post(NEW, {**TABLES, "step": "propose"}).content.decode()
    assert "type point can&#x27;t be compared exactly" in page or "point" in page
    assert "nothing is compared with: <b>spot</b>" in page
    assert "<b>yours</b>" in page
    assert "nothing to try" in page


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"source_table": "people"}, "there is no table upstream.people"),
        ({"source_table": ""}, "This field is required"),
        ({"source_connection": "nowhere"}, "Select a valid choice"),
        ({"source_connection": "down"}, "down: no PostgreSQL"),
    ],
)
def test_tables_that_cannot_be_read_are_said_on_the_first_page(visit, users, given, told):
    connections.create(name="down", kind="postgresql", address="postgresql://x@127.0.0.1:1/x", actor=None)
    page = visit(Role.BATCH_ADMIN).post(NEW, {**TABLES, **given, "step": "propose"}).content.decode()
    assert told in page
    assert "which tables?" in page


def test_a_service_s_refusal_stays_on_the_page_with_what_was_filled_in(visit, users):
    client = visit(Role.BATCH_ADMIN)
    page = client.post(NEW, {**TABLES, "step": "propose"}).content.decode()
    answer = step(client, NEW, page, "save", **{"columns-1-target": "id", "interval_minutes": "7"})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "id stands there twice" in page
    assert fields(page)["interval_minutes"] == "7"
    assert "Mend what is refused above" in page


def test_a_name_that_is_taken_is_refused_when_it_is_saved(visit, users):
    create()
    client = visit(Role.BATCH_ADMIN)
    page = client.post(NEW, {**TABLES, "step": "propose"}).content.decode()
    answer = step(client, NEW, page, "save")
    assert answer.status_code == 409
    assert "already" in answer.content.decode()


def test_a_mapping_is_changed_on_the_same_page(visit, users):
    made = create()
    client = visit(Role.BATCH_ADMIN)
    path = f"{MAPPINGS}{made.pk}/edit/"
    page = text(client, path)
    answer = step(client, path, page, "save", **{"columns-2-absolute": "0.01", "enabled": None})
    assert "users was changed." in answer.content.decode()
    changed = mappings.get("users")
    assert (changed.version, changed.enabled) == (2, False)
    assert changed.columns[2]["rule"] == {"absolute": 0.01}
    stale = step(client, path, page, "save")
    assert stale.status_code == 409
    assert "was changed meanwhile" in stale.content.decode()


def test_saving_what_is_there_changes_nothing(visit, users):
    made = create(
        columns=[{"source": "id", "target": "id"}, {"source": "name", "target": "name", "rule": {"trim": True}}]
    )
    client = visit(Role.BATCH_ADMIN)
    path = f"{MAPPINGS}{made.pk}/edit/"
    step(client, path, text(client, path), "save")
    assert mappings.document(mappings.get("users")) == mappings.document(made)
    assert not AuditEntry.objects.filter(operation="mapping.change").exists()


def test_a_column_that_is_gone_is_shown_as_gone(visit, users):
    made = create()
    sql.execute("ALTER TABLE upstream.users DROP COLUMN name")
    client = visit(Role.BATCH_ADMIN)
    path = f"{MAPPINGS}{made.pk}/edit/"
    page = text(client, path)
    assert "the table has it no more" in page
    assert "no column name" in page
    place = next(number for number in range(5) if fields(page).get(f"columns-{number}-source") == "name")
    step(client, path, page, "save", **{f"columns-{place}-target": ""})
    assert [column["source"] for column in mappings.get("users").columns] == ["id", "amount", "updated_at"]


def test_hostile_names_go_through_the_form(visit, both):  # noqa: F811
    name = '<b>"&amp;" ü'
    both(f'"{name.replace(chr(34), chr(34) * 2)}" int PRIMARY KEY', name=name.replace('"', '""'))
    client = visit(Role.BATCH_ADMIN)
    tables = {**TABLES, "source_table": name, "target_table": name}
    page = client.post(NEW, {**tables, "step": "propose"}).content.decode()
    assert name not in page
    sent = {
        **tables, "step": "save", "columns-TOTAL_FORMS": 1, "columns-INITIAL_FORMS": 1, "columns-0-source": name,
        "columns-0-target": name, "columns-0-key": "on", "strategy": "CHECKSUM", "lag_seconds": 5, "chunk_seconds": 1,
    }  # fmt: skip
    assert client.post(NEW, sent).status_code == 302
    made = Mapping.objects.get()
    assert (made.name, made.columns[0]["source"]) == (name, name)
    assert name not in text(client, page_of(made))


@pytest.mark.parametrize("role", READERS)
def test_readers_see_a_mapping_and_writers_its_buttons(visit, users, role):
    made = create()
    page = text(visit(role), page_of(made))
    for shown in ("upstream.users", "replica.users", "integer(4)", "It was not compared yet.", "Nothing yet."):
        assert shown in page, shown
    for path in ("edit/", "try/", "disable/move/"):
        assert (f"{MAPPINGS}{made.pk}/{path}" in page) is (role in WRITERS), path


@pytest.mark.parametrize("role", sorted(set(Role) - WRITERS))
def test_nobody_else_writes(visit, users, role):
    made = create()
    client = visit(role)
    for path in ("new/", f"{made.pk}/edit/", f"{made.pk}/try/", f"{made.pk}/disable/move/"):
        assert client.post(f"{MAPPINGS}{path}", TABLES).status_code == 403, path


def test_the_page_tries_ten_rows_when_asked(visit, users):
    made = create()
    page = visit(Role.BATCH_ADMIN).post(f"{MAPPINGS}{made.pk}/try/").content.decode()
    assert "8 of 10 rows equal" in page
    sql.execute("DROP TABLE replica.users")
    page = visit(Role.BATCH_ADMIN).post(f"{MAPPINGS}{made.pk}/try/").content.decode()
    assert "there is no table replica.users" in page


def test_it_is_disabled_and_enabled(visit, users):
    made = create()
    client = visit(Role.BATCH_ADMIN)
    page = client.post(f"{MAPPINGS}{made.pk}/disable/move/", follow=True).content.decode()
    assert "users is disabled." in page
    assert f"{MAPPINGS}{made.pk}/enable/move/" in page
    client.post(f"{MAPPINGS}{made.pk}/enable/move/")
    assert mappings.get("users").enabled


def test_the_list_shows_the_drift_of_the_last_comparison_of_everything(visit, database):
    rows.job("users", mismatch_count=20_000)
    rows.job("users", validation_strategy="SAMPLE", created_at=timezone.now(), compared_rows=20, mismatch_count=0)
    page = text(visit(Role.AUDITOR), MAPPINGS)
    assert "2 %" in page
    assert "WARNING" in page


def test_the_list_and_the_page_show_the_last_job_its_drift_and_what_is_proved(visit, database):
    job = rows.job("users", mismatch_count=20_000)
    rows.mismatch(job)
    rows.running("users", created_at=timezone.now())
    Coverage.objects.create(
        mapping=job.mapping, job=job, mapping_version=1, canonical_version=1, rows=900_000,
        proved_at=timezone.now() - timedelta(hours=2),
    )  # fmt: skip
    client = visit(Role.AUDITOR)
    page = text(client, MAPPINGS)
    for shown in ("RUNNING", "2 %", "WARNING", "2 h ago", f'href="{page_of(job.mapping)}"', "table=users"):
        assert shown in page, shown
    page = text(client, page_of(job.mapping))
    for shown in ("900,000", "1 open mismatch<", "2 %", "COMPLETED", "version 1"):
        assert shown in page, shown


def test_what_was_proved_of_an_earlier_version_does_not_count(visit, database):
    job = rows.job("users")
    Coverage.objects.create(mapping=job.mapping, job=job, mapping_version=1, canonical_version=1, rows=1)
    Mapping.objects.update(version=2)
    page = text(visit(Role.AUDITOR), page_of(job.mapping))
    assert "Last proved equal: never" in page
    assert "an earlier one" in page


def test_the_list_asks_the_same_number_of_questions_however_long_it_is(visit, database, django_assert_max_num_queries):
    for number in range(20):
        rows.job(f"table-{number}")
    client = visit(Role.AUDITOR)
    with django_assert_max_num_queries(20):
        text(client, MAPPINGS)
