"""Two tables, a mapping, and jobs that run to their end. Imports wait until Django is set up."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from reconciliation.models import Mapping, ReconciliationJob


@pytest.fixture
def users(database: None) -> "Iterator[Mapping]":
    """Twenty users on both sides, equal."""
    from tests.reconciliation.jobs import tables

    tables.make()
    yield tables.mapped()
    tables.drop()


@pytest.fixture
def compared(run_jobs: Callable[[], None]) -> "Callable[..., ReconciliationJob]":
    """Triggers a comparison of users, waits for its end, returns the job."""
    from reconciliation.services.trigger import trigger
    from reconciliation.states import Strategy

    def run(strategy: Strategy = Strategy.CHECKSUM) -> "ReconciliationJob":
        (job,) = trigger(tables=["users"], strategy=strategy).jobs
        run_jobs()
        job.refresh_from_db()
        return job

    return run
