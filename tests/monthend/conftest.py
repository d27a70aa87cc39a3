"""A small month, ways to close it, and ways to tamper with it. Imports wait until Django is set up."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

if TYPE_CHECKING:
    from rest_framework.test import APIClient

    from batches.ledger.models import AccountingPeriod
    from batches.monthend.models import MonthEndBatch
    from tests.monthend.gates import Gate
    from workers.runtime import Runtime


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:
    """Nobody here logs in by password; hashing it slowly would be most of the time of a test with many roles."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


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
            started.callback(runtime.stop)
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
