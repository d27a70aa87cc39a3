"""Two tables of orders and a job that compared them, in Django's test client and in a real browser."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.console.conftest import browser, superuser, visit, visitor  # noqa: F401  fixtures

if TYPE_CHECKING:
    from reconciliation.models import Mapping, ReconciliationJob


@pytest.fixture
def mapping(database: None) -> "Iterator[Mapping]":
    from tests.reconciliation import tables

    yield tables.make()
    tables.run(tables.DROP)


@pytest.fixture
def job(mapping: "Mapping") -> "ReconciliationJob":
    from tests.reconciliation import tables

    return tables.job(mapping)
