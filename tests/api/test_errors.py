"""Whatever goes wrong, the answer has the one error body."""

import json

import pytest
from django.test import Client

from project.access.roles import Role
from project.api.errors import ApiError, Conflict, ErrorCode

pytestmark = pytest.mark.urls("tests.api.urls")


@pytest.fixture
def caller(client_for):
    client = client_for(Role.BATCH_ADMIN)
    client.raise_request_exception = False
    return client


def assert_error(response, status: int, code: ErrorCode):
    body = json.loads(response.content)
    assert (response.status_code, body["error"]) == (status, code), body
    assert response["Content-Type"].startswith("application/json")
    assert set(body) <= {"error", "message", "details", "request_id", "retry_after", "contact"}
    assert body["message"]
    assert body["request_id"] == response["X-Request-ID"]
    assert "secret detail" not in response.content.decode()
    return body


@pytest.mark.parametrize(
    ("what", "status", "code"),
    [
        ("ours", 409, ErrorCode.CONFLICT),
        ("http404", 404, ErrorCode.NOT_FOUND),
        ("denied", 403, ErrorCode.FORBIDDEN),
        ("suspicious", 400, ErrorCode.INVALID_REQUEST),
        ("bug", 500, ErrorCode.INTERNAL_SERVER_ERROR),
        ("routine", 409, ErrorCode.AUDIT_IS_APPEND_ONLY),
        ("orm", 500, ErrorCode.INTERNAL_SERVER_ERROR),
        ("server-gone", 503, ErrorCode.DATABASE_UNAVAILABLE),
        ("divide", 500, ErrorCode.INTERNAL_SERVER_ERROR),
    ],
)
def test_an_exception_in_a_view_becomes_the_error_body(caller, what, status, code):
    assert_error(caller.get(f"/api/test/raise/{what}"), status, code)


@pytest.mark.parametrize(
    ("what", "status", "code"),
    [
        ("ours", 409, ErrorCode.CONFLICT),
        ("http404", 404, ErrorCode.NOT_FOUND),
        ("denied", 403, ErrorCode.FORBIDDEN),
        ("suspicious", 400, ErrorCode.INVALID_REQUEST),
        ("bug", 500, ErrorCode.INTERNAL_SERVER_ERROR),
    ],
)
def test_an_exception_in_a_plain_django_view_becomes_the_error_body(what, status, code):
    assert_error(Client(raise_request_exception=False).get(f"/api/test/plain/{what}"), status, code)


def test_what_passes_by_itself_says_when_to_come_again(caller):
    assert caller.get("/api/test/raise/server-gone")["Retry-After"] == "1"


def test_an_error_carries_its_message_and_details(caller):
    body = caller.get("/api/test/raise/ours").json()
    assert body["message"] == "It runs already."
    assert body["details"] == {"batch_id": "2025-01-MONTHEND"}


def test_an_unknown_path_under_the_api_is_404_without_a_key_and_with_debug(client, settings):
    settings.DEBUG = True
    for path in ("/api", "/api/", "/api/v1/nothing", "/api/v1/audit/"):
        assert_error(client.get(path), 404, ErrorCode.NOT_FOUND)
        assert_error(client.post(path), 404, ErrorCode.NOT_FOUND)


def test_an_unknown_path_elsewhere_is_a_page(client):
    response = client.get("/nothing")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(("what", "status"), [("denied", 403), ("http404", 404), ("suspicious", 400), ("bug", 500)])
def test_an_error_outside_the_api_is_a_page(what, status):
    response = Client(raise_request_exception=False).get(f"/page/{what}")
    assert response.status_code == status
    assert response["Content-Type"].startswith("text/html")


def test_a_wrong_method_is_405_and_names_the_right_ones(caller):
    response = caller.delete("/api/test/echo")
    assert_error(response, 405, ErrorCode.METHOD_NOT_ALLOWED)
    assert set(response["Allow"].split(", ")) == {"GET", "HEAD", "POST", "PUT"}


def test_options_is_405(caller):
    assert_error(caller.options("/api/test/echo"), 405, ErrorCode.METHOD_NOT_ALLOWED)


def test_another_content_type_is_415_and_says_what_to_send(caller):
    body = assert_error(
        caller.post("/api/test/echo", data="a=1", content_type="application/x-www-form-urlencoded"),
        415,
        ErrorCode.UNSUPPORTED_MEDIA_TYPE,
    )
    assert "application/json" in body["message"]


def test_a_foreign_host_is_400(client):
    assert_error(client.get("/api/v1/audit", headers={"Host": "evil.example"}), 400, ErrorCode.INVALID_REQUEST)


def test_a_form_without_csrf_token_is_403():
    response = Client(enforce_csrf_checks=True).post("/api/test/form")
    assert "CSRF" in assert_error(response, 403, ErrorCode.FORBIDDEN)["message"]


def test_a_500_names_whom_to_ask_when_the_installation_says(caller, settings):
    settings.SUPPORT_CONTACT = "support@company.example"
    assert caller.get("/api/test/raise/bug").json()["contact"] == "support@company.example"


def test_a_500_is_logged_with_its_traceback_and_request_id(caller, caplog):
    response = caller.get("/api/test/raise/bug", headers={"X-Request-ID": "find-me"})
    record = next(record for record in caplog.records if record.levelname == "ERROR")
    assert isinstance(record.msg["exc_info"], RuntimeError)
    assert response.json()["request_id"] == "find-me"
    assert record.msg["request_id"] == "find-me"


def test_an_error_of_any_status_is_found_by_it():
    assert isinstance(ApiError.of(409, "no"), Conflict)
    teapot = ApiError.of(418, "no", code=ErrorCode.CONFLICT)
    assert (teapot.status, teapot.code) == (418, ErrorCode.CONFLICT)


def test_codes_are_their_own_names():
    assert all(code.name == code.value for code in ErrorCode)
