"""When Cassandra's values were written and when they end, compared with columns of the copy, and mended there."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from project.access.roles import Role
from project.api.errors import InvalidRequest
from project.postgres import sql
from reconciliation.canonical.common import UncomparableType
from reconciliation.models import Connection, Mapping, Mismatch, ReconciliationJob
from reconciliation.services import mappings
from reconciliation.services.mappings import files
from reconciliation.services.repair.apply import apply, found
from reconciliation.services.repair.plan import preview
from reconciliation.services.trigger import trigger
from reconciliation.states import JobStatus, Strategy
from tests.cassandra import Cassandra
from tests.console.conftest import visit  # noqa: F401  fixture
from tests.console.engine import text
from tests.reconciliation.jobs import tables
from tests.reconciliation.mappings.tables import pair

ROWS = 20
LIFETIME = 5000
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).replace(microsecond=123_456)
AT = int(YESTERDAY.timestamp()) * 1_000_000 + YESTERDAY.microsecond
COLUMNS = [
    pair("id"),
    pair("note"),
    pair("writetime(note)", "written_at"),
    pair("writetime(number)", "micro"),
    pair("maxwritetime(tags)", "tagged_at"),
    pair("expires(note)", "expires_at", rule={"absolute": 60.0}),
]


@pytest.fixture
def source(cassandra: Cassandra, database: None) -> Iterator[str]:
    """Twenty equal rows, each written a microsecond after the one before; those of even number end. The last has
    neither note nor number."""
    table = cassandra.table("id int PRIMARY KEY, note text, number int, tags set<text>", fresh=True)
    sql.execute("CREATE SCHEMA replica")
    sql.execute(
        "CREATE TABLE replica.notes (id int PRIMARY KEY, note text, written_at timestamptz, micro bigint,"
        " tagged_at timestamp, expires_at timestamptz)"
    )
    for number in range(1, ROWS):
        cassandra.execute(
            f"INSERT INTO {table} (id, note, number, tags) VALUES (%s, 'a', 1, {{'x'}})"
            f" USING TIMESTAMP {AT + number} AND TTL {0 if number % 2 else LIFETIME}",
            [number],
        )
    cassandra.execute(f"INSERT INTO {table} (id) VALUES ({ROWS}) USING TIMESTAMP {AT}")
    written = "%s::timestamptz + n * interval '1 us'"
    sql.execute(
        f"INSERT INTO replica.notes SELECT n, 'a', {written}, %s + n, ({written}) AT TIME ZONE 'UTC',"
        " CASE WHEN n %% 2 = 0 THEN now() + %s * interval '1 s' END FROM generate_series(1, %s) n",
        [YESTERDAY, AT, YESTERDAY, LIFETIME, ROWS - 1],
    )
    sql.execute("INSERT INTO replica.notes (id) VALUES (%s)", [ROWS])
    Connection.objects.create(name="cluster", kind="cassandra", address=cassandra.address)
    Connection.objects.create(name="here", kind="postgresql")
    yield table
    tables.drop()


@pytest.fixture
def made(cassandra: Cassandra, source: str) -> Callable[..., Mapping]:
    def make(**given: Any) -> Mapping:
        return mappings.create(
            name="notes", actor=None, source_connection="cluster", source_schema=cassandra.keyspace,
            source_table=source, target_connection="here", target_schema="replica", target_table="notes",
            lag_seconds=0.0, **given,
        )  # fmt: skip

    return make


@pytest.fixture
def compared(run_jobs: Callable[[], None]) -> Callable[..., ReconciliationJob]:
    def run(strategy: Strategy = Strategy.CHECKSUM) -> ReconciliationJob:
        (job,) = trigger(tables=["notes"], strategy=strategy).jobs
        run_jobs()
        job.refresh_from_db()
        return job

    return run


def differing() -> dict[str, list[str]]:
    return dict(Mismatch.objects.filter(resolution_status="PENDING").values_list("primary_key_value", "columns"))


def repair(mismatch: Mismatch) -> None:
    plan = preview(found(mismatch.pk), may_delete=False)
    done = apply(mismatch_id=mismatch.pk, expected=plan.seal, actor=None, may_delete=False, note="a reason")
    assert done.outcome == "applied"


def test_times_are_found_different_shown_and_mended_in_the_copy(made, compared, visit):  # noqa: F811
    made(columns=COLUMNS)
    job = compared()
    assert (job.status, job.validation_errors, job.mismatch_count) == (JobStatus.COMPLETED, None, 0)
    sql.execute("UPDATE replica.notes SET written_at = written_at + interval '1 us' WHERE id = 3")
    sql.execute("UPDATE replica.notes SET written_at = NULL WHERE id = 4")
    sql.execute("UPDATE replica.notes SET micro = micro - 1 WHERE id = 5")
    sql.execute("UPDATE replica.notes SET tagged_at = tagged_at - interval '1 h' WHERE id = 6")
    sql.execute("UPDATE replica.notes SET expires_at = expires_at + interval '2 min' WHERE id = 8")
    sql.execute("UPDATE replica.notes SET expires_at = now() WHERE id = 9")
    sql.execute("DELETE FROM replica.notes WHERE id = 10")
    sql.execute("UPDATE replica.notes SET micro = 0 WHERE id = %s", [ROWS])
    compared()
    assert differing() == {
        "3": ["written_at"], "4": ["written_at"], "5": ["micro"], "6": ["tagged_at"], "8": ["expires_at"],
        "9": ["expires_at"], "10": [], str(ROWS): ["micro"],
    }  # fmt: skip
    three = Mismatch.objects.get(primary_key_value="3")
    assert three.source_data["writetime(note)"].endswith(".123459Z")
    page = text(visit(Role.RECONCILIATION_OPERATOR), f"/admin/reconciliation/mismatch/{three.pk}/page/")
    assert "writetime(note)" in page
    assert "Δ 1 µs" in page
    for mismatch in Mismatch.objects.filter(resolution_status="PENDING"):
        repair(mismatch)
    ten = sql.value("SELECT (extract(epoch FROM written_at) * 1000000)::bigint FROM replica.notes WHERE id = 10")
    assert ten == AT + 10
    assert sql.value("SELECT expires_at IS NULL FROM replica.notes WHERE id = 9")
    assert sql.value("SELECT expires_at - now() < %s * interval '1 s' FROM replica.notes WHERE id = 8", [LIFETIME])
    assert compared().mismatch_count == 0


def test_a_time_range_still_asks_for_what_was_written_lately(made, compared, cassandra, source):
    lately = int((datetime.now(UTC) - timedelta(minutes=5)).timestamp() * 1_000_000)
    cassandra.execute(f"UPDATE {source} USING TIMESTAMP {lately} SET note = 'b' WHERE id = 3")
    made(columns=COLUMNS, timestamp_column="written_at")
    job = compared(Strategy.TIMESTAMP_RANGE)
    # of the row without values nothing says when it was written
    assert (job.status, job.source_rows, differing()) == (JobStatus.COMPLETED, 2, {"3": ["note", "written_at"]})


def test_nothing_told_is_proposed(made):
    assert [column["source"] for column in made().columns] == ["id", "note"]


@pytest.mark.parametrize(
    ("column", "mend"),
    [
        (pair("writetime(id)", "written_at"), "part of the primary key"),
        (pair("writetime(tags)", "tagged_at"), r"Write maxwritetime\(tags\)"),
        (pair("ttl(note)", "expires_at"), r"Compare expires\(note\)"),
        (pair("expires(note)", "micro"), r"timestamp\(us\) of the source and integer\(8\) of the target"),
    ],
)
def test_what_cassandra_does_not_tell_is_refused_by_name(made, column, mend):
    with pytest.raises(UncomparableType, match=mend) as refused:
        made(columns=[pair("id"), column])
    assert column["source"] in refused.value.message
    assert "columns[1]" in next(iter((refused.value.details or {})["fields"]))


def test_a_column_that_is_not_there_has_no_times_and_a_time_is_no_key(made):
    with pytest.raises(InvalidRequest, match=r"columns\[1\].source.* has no column writetime\(nte\)"):
        made(columns=[pair("id"), pair("writetime(nte)", "written_at")])
    with pytest.raises(InvalidRequest, match="identified by id"):
        made(columns=[pair("id", key=True), pair("writetime(note)", "written_at", key=True)])


def test_a_file_brings_them_back(made):
    one = made(columns=COLUMNS)
    said = files.exported([one])
    assert "source: writetime(note)" in said
    assert files.imported("again.yaml", said, actor=None).unchanged == [
        "connection cluster", "connection here", "mapping notes",
    ]  # fmt: skip


def test_the_form_takes_them_and_shows_them_again(made, visit, cassandra, source):  # noqa: F811
    from tests.reconciliation.console.test_mappings import NEW, fields, step

    client = visit(Role.RECONCILIATION_OPERATOR)
    given = {
        "source_connection": "cluster", "source_schema": cassandra.keyspace, "source_table": source,
        "target_connection": "here", "target_schema": "replica", "target_table": "notes",
    }  # fmt: skip
    page = client.post(NEW, {**given, "step": "propose"}).content.decode()
    assert "<code>writetime(name)</code>" in page
    blank = next(int(name.split("-")[1]) for name, value in fields(page).items() if "-source" in name and not value)
    lost = step(client, NEW, page, "try", **{f"columns-{blank}-target": "written_at"}).content.decode()
    assert "Say what it is compared with" in lost
    wrong = {f"columns-{blank}-source": "writetime(id)", f"columns-{blank}-target": "written_at"}
    assert "part of the primary key" in step(client, NEW, page, "try", **wrong).content.decode()
    right = {**wrong, f"columns-{blank}-source": "writetime(note)"}
    page = step(client, NEW, page, "try", **right).content.decode()
    assert "10 of 10 rows equal" in page
    assert step(client, NEW, page, "save").status_code == 200
    one = mappings.get("notes")
    assert [column["source"] for column in one.columns] == ["id", "note", "writetime(note)"]
    page = text(client, f"/admin/reconciliation/mapping/{one.pk}/edit/")
    assert "the table has it no more" not in page
    assert {value for name, value in fields(page).items() if name.endswith("-source")} >= {"writetime(note)", ""}
    step(client, f"/admin/reconciliation/mapping/{one.pk}/edit/", page, "save")
    assert mappings.get("notes").version == 1
