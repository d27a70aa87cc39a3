"""Clients of the reconciliation API. Imports wait until Django is set up."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from rest_framework.test import APIClient


@pytest.fixture
def operator(client_for: "Callable[..., APIClient]") -> "APIClient":
    """A client that may start comparisons and resolve mismatches."""
    from project.access.roles import Role

    return client_for(Role.RECONCILIATION_OPERATOR)
