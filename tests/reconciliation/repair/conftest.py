"""An order that differs on the two sides."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

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
