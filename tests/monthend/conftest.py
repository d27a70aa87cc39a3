"""A small month, ways to close it, and ways to tamper with it. Imports wait until Django is set up."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

if TYPE_CHECKING:
    from rest_framework.test import APIClient

    from batches.ledger.models import AccountingPeriod
    from batches.monthend.models import MonthEndBatch
    from tests.monthend.gates import Gate
    from workers.runtime import Runtime


@pytest.fixture
def january(database: None) -> "AccountingPeriod":
    """January 2025 with 200 premiums and 40 claims, ready to close."""
    from tests.monthend import months

    period = months.make_period(months.JANUARY)
    months.add_premiums(200)
    months.add_claims(40)
    return period


@pytest.fixture
def admin(client_for: "Callable[..., APIClient]") -> "APIClient":
    """An API client that may do everything with a batch."""
    from project.access.roles import Role

    return client_for(Role.BATCH_ADMIN)


@pytest.fixture
def close(run_jobs: Callable[[], None]) -> "Callable[..., MonthEndBatch]":
    """Close a month and wait until nothing is left to do; gives the batch as it then is."""
    from tests.monthend.closing import initiate

    def run(*code: str, **options: Any) -> "MonthEndBatch":
        batch = initiate(*code, **options)
        run_jobs()
        batch.refresh_from_db()
        return batch

    return run


@pytest.fixture
def start_runtime(database: None) -> "Iterator[Callable[..., Runtime]]":
    """Starts another engine runtime when the test wants one; all are stopped afterwards."""
    from workers.runtime import Runtime

    with ExitStack() as started:

        def start(**options: Any) -> Runtime:
            runtime = Runtime(**{"slots": 2, "poll_seconds": 0.1, **options}).start()
            started.callback(lambda: runtime._liveness.is_alive() and runtime.stop())
            return runtime

        yield start


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> "Iterator[Callable[[str], Gate]]":
    """A gate before every job of a type."""
    from tests.monthend.gates import Gate, replace_work

    made: list[Gate] = []

    def make(kind: str) -> Gate:
        made.append(Gate())
        replace_work(monkeypatch, kind, made[-1].wrap)
        return made[-1]

    make.made = made  # type: ignore[attr-defined]
    yield make
    for one in made:
        one.open()


@pytest.fixture
def small_blocks(tamper: Callable[..., int]) -> Iterator[None]:
    """A plan cuts blocks of at most ten transactions, so that a range of a small month has many checkpoints."""
    from django.conf import settings

    text = (Path(settings.BASE_DIR) / "sql" / "monthend" / "plan_inputs.sql").read_text(encoding="utf-8")
    routine = text.partition("COMMENT ON")[0]
    assert "bigint := 50000;" in routine
    tamper(routine.replace("bigint := 50000;", "bigint := 10;"))
    yield
    tamper(routine)


@pytest.fixture
def other(database: None) -> Iterator[psycopg.Connection]:
    """Another session, in autocommit."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        yield connection


@pytest.fixture
def tamper(database: None) -> Iterator[Callable[..., int]]:
    """Changes what nobody may change, as a superuser who switches the triggers off; gives the rows touched."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        yield lambda statement, *values: connection.execute(statement, values).rowcount
