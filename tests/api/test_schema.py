"""The OpenAPI document: valid, complete, and the one that is committed."""

import io
import re
from pathlib import Path

import httpx
import pytest
import yaml
from django.core.management import call_command
from openapi_spec_validator import OpenAPIV31SpecValidator
from rest_framework.test import APIClient

from project.access.roles import Role

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"
PUBLIC = {"/health", "/ready"}


@pytest.fixture(scope="module")
def text(baseline) -> str:
    """The document as the code has it. Any warning of drf-spectacular is an error here."""
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def document(text):
    return yaml.safe_load(text)


def operations(document):
    return [(path, method, one) for path, item in document["paths"].items() for method, one in item.items()]


def test_it_is_the_committed_one(text):
    assert text == COMMITTED.read_text(), "run: manage.py spectacular --file docs/openapi.yaml"


def test_it_is_the_same_each_time(text):
    out = io.StringIO()
    call_command("spectacular", stdout=out)
    assert out.getvalue() == text


def test_it_is_valid_openapi_3_1(document):
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_every_operation_has_a_summary_an_id_and_a_tag(document):
    for path, method, operation in operations(document):
        assert operation.get("summary"), (method, path)
        assert operation["operationId"].replace("_", "").isalnum()
        assert operation["tags"]


def test_operation_ids_are_unique(document):
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))


def test_every_operation_documents_its_errors(document):
    for path, method, operation in operations(document):
        assert "500" in operation["responses"], (method, path)
        if path in PUBLIC:
            assert "security" not in operation
            continue
        assert {"401", "403"} <= set(operation["responses"]), (method, path)
        assert [set(either) for either in operation["security"]] == [{"bearer"}, {"apiKey"}, {"cookieAuth"}]
        assert set(operation["x-roles"]) <= set(Role)
        assert operation["x-roles"]


def test_every_error_has_the_one_body(document):
    for path, method, operation in operations(document):
        body = "FailureBody" if path.startswith("/api/distributed/") else "ErrorBody"
        body = "TransformErrorBody" if path.startswith("/api/v1/transform/") else body
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                schema = response["content"]["application/json"]["schema"]
                assert schema == {"$ref": f"#/components/schemas/{body}"}, (method, path, status)


def test_a_path_with_a_name_in_it_can_be_404_and_a_body_415(document):
    for path, method, operation in operations(document):
        if "{" in path:
            assert "404" in operation["responses"], (method, path)
        if "requestBody" in operation:
            assert {"400", "413", "415"} <= set(operation["responses"]), (method, path)


def test_it_is_served_as_it_is_committed(document):
    response = APIClient().get("/api/schema/")
    assert response.status_code == 200
    assert yaml.safe_load(response.content)["paths"].keys() == document["paths"].keys()


def test_the_pages_load_nothing_from_elsewhere():
    page = APIClient().get("/api/docs/").content.decode()
    assert "swagger-ui" in page
    assert 'src="http' not in page
    assert 'href="http' not in page
    assert "//cdn" not in page
    assert APIClient().get("/api/docs").status_code == 200


def test_the_pages_styles_and_scripts_are_there(server):
    page = httpx.get(f"{server}/api/docs/").text
    for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        assert httpx.get(f"{server}{path}").status_code == 200, path
