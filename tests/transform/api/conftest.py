"""What the tests of the batch endpoints share."""

import pytest
from rest_framework.test import APIClient

from project.access.roles import Role


@pytest.fixture
def client(client_for) -> APIClient:
    return client_for(Role.INTEGRATOR)
