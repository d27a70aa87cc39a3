"""What the tests of the batch endpoints share."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from rest_framework.test import APIClient


@pytest.fixture
def client(client_for) -> "APIClient":
    """A client of another system."""
    return client_for("integrator")
