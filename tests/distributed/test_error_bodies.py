"""Under /api/distributed every body says whether it is a success, whatever goes wrong and wherever it is noticed."""

import pytest

from project.access.roles import Role
from project.api.errors import ErrorCode
from tests.distributed.refusals import refused


@pytest.mark.parametrize("path", ["/api/distributed", "/api/distributed/", "/api/distributed/nothing"])
def test_an_unknown_path_is_404_with_and_without_a_key(client_for, path):
    refused(client_for().get(path), 404, ErrorCode.NOT_FOUND)
    refused(client_for(Role.BATCH_ADMIN).post(path), 404, ErrorCode.NOT_FOUND)


def test_a_path_that_only_begins_alike_is_not_of_this_contract(client_for):
    body = client_for().get("/api/distributedness").json()
    assert "success" not in body
    assert "success" not in client_for().get("/api/v1/nothing").json()


def test_a_foreign_host_is_400(client):
    refused(client.get("/api/distributed/health", headers={"Host": "evil.example"}), 400, ErrorCode.INVALID_REQUEST)
