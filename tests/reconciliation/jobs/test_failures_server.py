"""The target's server is restarted, refuses a password or loses a table while a job reads it: never equal."""

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import psycopg
import pytest

from project.access.roles import Role
from project.cassandra.ports import free
from project.postgres import sql
from project.postgres.embedded import EmbeddedServer
from reconciliation.models import Connection, Coverage, Mapping, Mismatch
from reconciliation.services import mappings
from reconciliation.services.probing import probe
from reconciliation.services.trigger import trigger
from reconciliation.sources.postgres.connecting import close_idle
from reconciliation.sources.protocol import SourceError
from reconciliation.states import JobStatus, Strategy
from tests import servers
from tests.console.conftest import visit, visitor  # noqa: F401  fixtures
from tests.reconciliation.jobs import tables
from tests.reconciliation.jobs.amid import amid, attempts

PLANTED = {"3": "MISSING_IN_POSTGRES", "4": "DATA_MISMATCH", "41": "MISSING_IN_CASSANDRA"}
PASSWORD, GUESS = "let-me-in", "guessed-at-random"


class Server:
    """A PostgreSQL of its own, with a role that may read and needs a password."""

    def __init__(self, folder: Path) -> None:
        (self.port,) = free(1)
        self.stopped = Event()
        fast = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        self.server = EmbeddedServer(folder, settings={**fast, "listen_addresses": "127.0.0.1", "port": str(self.port)})
        self.address = f"postgresql://reader@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """For the main thread: the server ends with the thread that started it."""
        self.stopped.clear()
        self.server.start()

    def run(self, *statements: str) -> None:
        """As the superuser, through the socket."""
        with psycopg.connect(self.server.url("postgres").replace("port=5432", f"port={self.port}")) as session:
            for statement in statements:
                session.execute(statement)

    def stop(self) -> None:
        """Fast: every session is ended."""
        self.server.stop()
        self.stopped.set()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    folder = servers.ROOT / ".tests"
    folder.mkdir(exist_ok=True)
    made = Server(Path(tempfile.mkdtemp(prefix="compared-", dir=folder)))
    try:
        made.start()
        made.run(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")
        yield made
    finally:
        made.server.remove()


@pytest.fixture
def users(server, database, monkeypatch):
    """Forty users here and their copies there, with three differences."""
    monkeypatch.setenv("COPIES_PASSWORD", PASSWORD)
    sql.execute("CREATE SCHEMA upstream")
    sql.execute("CREATE TABLE upstream.users (id int PRIMARY KEY, name text)")
    sql.execute("INSERT INTO upstream.users SELECT n, 'user ' || n FROM generate_series(1, 40) n")
    server.run(
        "DROP SCHEMA IF EXISTS replica CASCADE",
        "CREATE SCHEMA replica",
        "CREATE TABLE replica.users (id int PRIMARY KEY, name text)",
        "INSERT INTO replica.users SELECT n, 'user ' || n FROM generate_series(1, 41) n WHERE n <> 3",
        "UPDATE replica.users SET name = 'another' WHERE id = 4",
        "GRANT USAGE ON SCHEMA replica TO reader",
        "GRANT SELECT ON ALL TABLES IN SCHEMA replica TO reader",
    )
    copies = Connection.objects.create(
        name="copies", kind="postgresql", address=server.address, password_variable="COPIES_PASSWORD"
    )
    yield tables.mapped(target=copies, columns=tables.COLUMNS[:2], timestamp_column="")
    tables.drop()


def started():
    return trigger(tables=["users"], strategy=Strategy.CHECKSUM).jobs[0]


def found():
    return dict(Mismatch.objects.values_list("primary_key_value", "mismatch_type"))


def assert_failed(job, told):
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert told in job.validation_errors[0]["error"]
    assert found().items() <= PLANTED.items()
    assert not Coverage.objects.exists()


@pytest.mark.usefixtures("users")
@pytest.mark.parametrize("before", [0, 2, 3])
def test_a_restart_of_the_target_amid_a_job_costs_attempts_and_no_difference(server, run_jobs, monkeypatch, before):
    attempts(monkeypatch, 20)
    amid(monkeypatch, server.stop, before=before)
    job = started()
    assert server.stopped.wait(60)
    server.start()
    run_jobs()
    job.refresh_from_db()
    assert (job.status, job.validation_errors, found()) == (JobStatus.COMPLETED, None, PLANTED)
    assert max(job.ranges.values_list("attempts", flat=True)) > 1


@pytest.mark.usefixtures("users")
def test_a_target_that_stays_away_fails_the_job_and_the_next_one_is_right(server, run_jobs, monkeypatch):
    attempts(monkeypatch, 2)
    amid(monkeypatch, server.stop)
    try:
        job = started()
        run_jobs()
    finally:
        server.start()
    assert_failed(job, "copies: ")
    job = started()
    run_jobs()
    job.refresh_from_db()
    assert (job.status, found()) == (JobStatus.COMPLETED, PLANTED)


@pytest.mark.usefixtures("users")
@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE replica.users",
        "ALTER TABLE replica.users DROP COLUMN name",
        "ALTER TABLE replica.users RENAME COLUMN id TO number",
        "ALTER TABLE replica.users ALTER COLUMN name TYPE bytea USING name::bytea",
        "REVOKE SELECT ON replica.users FROM reader",
    ],
)
def test_a_table_that_is_changed_amid_a_job_fails_it_by_name(server, run_jobs, monkeypatch, change):
    attempts(monkeypatch, 2)
    amid(monkeypatch, lambda: server.run(change))
    job = started()
    run_jobs()
    assert_failed(job, "replica.users")


@pytest.fixture
def guessed(users, monkeypatch, caplog, capfd):
    """The variable has another password. Afterwards neither is in any log or output."""
    close_idle()
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("COPIES_PASSWORD", GUESS)
    yield users
    written = caplog.text + "".join(capfd.readouterr())
    assert GUESS not in written
    assert PASSWORD not in written


TOLD = "copies: PostgreSQL at its address refuses the login: correct the user, the database or the password in"


def test_a_wrong_password_is_told_when_the_connection_is_tested(guessed):
    with pytest.raises(SourceError, match=f"{TOLD} COPIES_PASSWORD") as told:
        probe(guessed.target)
    assert GUESS not in str(told.value)


def test_a_wrong_password_is_told_when_a_mapping_is_made(guessed, visit):  # noqa: F811
    given = {
        "source_connection": "here", "source_schema": "upstream", "source_table": "users",
        "target_connection": "copies", "target_schema": "replica", "target_table": "users",
    }  # fmt: skip
    with pytest.raises(SourceError, match=TOLD):
        mappings.create(name="people", actor=None, **given)
    client = visit(Role.BATCH_ADMIN)
    page = client.post("/admin/reconciliation/mapping/new/", {**given, "step": "propose"}).content.decode()
    assert TOLD in page
    assert GUESS not in page
    assert Mapping.objects.count() == 1


def test_a_wrong_password_fails_the_job(guessed, client_for, run_jobs, monkeypatch):
    attempts(monkeypatch, 2)
    operator = client_for(Role.RECONCILIATION_OPERATOR)
    body = {"tables": ["users"], "validation_strategy": "CHECKSUM"}
    answer = operator.post("/api/v1/reconciliation/trigger", body, format="json")
    assert answer.status_code == 202
    run_jobs()
    (job_id,) = answer.json()["job_ids"]
    shown = operator.get(f"/api/v1/reconciliation/jobs/{job_id}").content.decode()
    assert '"FAILED"' in shown
    assert TOLD in shown
    assert GUESS not in shown
    assert not Coverage.objects.exists()


def test_a_session_that_was_kept_is_no_way_around_a_password_that_is_wrong_now(users, monkeypatch):
    probe(users.target)
    monkeypatch.setenv("COPIES_PASSWORD", GUESS)
    with pytest.raises(SourceError, match=TOLD):
        probe(users.target)
