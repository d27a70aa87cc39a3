"""The models of bodies, taken together."""

from collections import Counter
from collections.abc import Iterator

import pytest
from drf_spectacular.generators import SchemaGenerator
from pydantic import BaseModel

from project.api.shapes import may_be_absent
from workers.api import urls  # noqa: F401  brings every body along
from workers.api.queue_bodies import LimitsRequest, PauseRequest
from workers.api.shapes import Shown
from workers.documents.jobs import JobBody
from workers.documents.shapes import Given


def models(above: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for model in above.__subclasses__():
        yield model
        yield from models(model)


def test_each_has_a_name_of_its_own_and_says_what_it_is():
    named = [*models(Given), *models(Shown)]
    assert [name for name, count in Counter(model.__name__ for model in named).items() if count > 1] == []
    assert [model.__name__ for model in named if not model.__doc__] == []


def test_a_body_without_required_fields_may_be_absent():
    assert may_be_absent(PauseRequest)
    assert may_be_absent(LimitsRequest)
    assert not may_be_absent(JobBody)
    assert not may_be_absent(None)


@pytest.fixture(scope="module")
def paths(baseline):
    return SchemaGenerator().get_schema(request=None, public=True)["paths"]


def test_names_in_addresses_are_camel_case(paths):
    operation = paths["/api/distributed/execute/{executionId}/jobs/{jobId}"]["get"]
    assert [one["name"] for one in operation["parameters"] if one["in"] == "path"] == ["executionId", "jobId"]
    assert "/api/v1/batch/{batch_id}/status" in paths


def test_the_document_says_which_bodies_are_needed(paths):
    assert paths["/api/distributed/queue/pause"]["post"]["requestBody"]["required"] is False
    assert paths["/api/distributed/execute"]["post"]["requestBody"]["required"] is True
