"""What the API takes as a body, and how it says which part of it is wrong."""

import http.client
import json
from urllib.parse import urlsplit

import pytest

from project.access.roles import Role

pytestmark = pytest.mark.urls("tests.api.urls")

ECHO = "/api/test/echo"


@pytest.fixture
def caller(client_for):
    return client_for(Role.BATCH_ADMIN)


def fields(response):
    assert response.status_code == 400, response.content
    return response.json()["details"]["fields"]


def post_raw(caller, body: bytes | str):
    return caller.post(ECHO, data=body, content_type="application/json")


def test_a_good_body_is_taken(caller):
    body = {"name": "abc", "count": 3, "lines": [{"fund": "TABARRU"}], "extra": {"a": None}}
    assert caller.post(ECHO, body).json() == body


def test_each_wrong_field_is_named(caller):
    assert set(fields(caller.post(ECHO, {"name": "too long", "count": "many"}))) == {"name", "count"}


def test_the_message_names_the_first_wrong_field(caller):
    assert caller.post(ECHO, {}).json()["message"] == "name: This field is required."


def test_an_unknown_field_is_named_beside_the_known_ones(caller):
    found = fields(caller.post(ECHO, {"name": "a", "dryrun": True}))
    assert "name, count, lines, extra" in found["dryrun"][0]


def test_a_field_inside_a_list_is_named_by_its_place(caller):
    found = fields(caller.post(ECHO, {"name": "a", "lines": [{"fund": "X"}, {"fun": "X"}]}))
    assert set(found) == {"lines.1.fun"}


def test_a_query_string_follows_the_same_rules(caller):
    assert caller.get(f"{ECHO}?name=abc&limit=5").json() == {"name": "abc"}
    assert set(fields(caller.get(f"{ECHO}?nme=abc"))) == {"nme"}


@pytest.mark.parametrize(
    "body", [b"{", b'{"name": NaN}', b'{"name": 1e400}', b"\xff\xfe", b"", b'{"name": "a"} x', b"[" * 100_000]
)
def test_what_is_not_json_is_400(caller, body):
    response = caller.generic("POST", ECHO, body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["error"] == "INVALID_REQUEST"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize("levels", [101, 300, 5_000, 100_000])
def test_a_body_may_be_a_hundred_levels_deep(caller, opening, closing, levels):
    def post(depth):
        inner = opening * (depth - 2) + "0" + closing * (depth - 2)
        return post_raw(caller, f'{{"name": "a", "extra": {{"x": {inner}}}}}')

    assert post(100).status_code == 200
    response = post(levels)
    assert (response.status_code, response.json()["error"]) == (400, "INVALID_REQUEST")
    assert response.json()["message"] == "The body is nested deeper than 100 levels."


def test_brackets_in_texts_are_no_levels(caller):
    assert post_raw(caller, json.dumps({"name": "a", "extra": {"x": "[" * 500}})).status_code == 200


@pytest.mark.parametrize("document", [[], "text", 3, None])
def test_json_that_is_not_an_object_is_400(caller, document):
    response = post_raw(caller, json.dumps(document))
    assert response.status_code == 400


@pytest.mark.parametrize("text", ['"\\u0000"', '{"deep": ["\\ud800"]}', '{"\\u0000": 1}'])
def test_text_that_a_database_cannot_keep_is_400(caller, text):
    response = post_raw(caller, f'{{"name": "a", "extra": {{"x": {text}}}}}')
    assert response.status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "a", "extra": {"x": "\xed\xa0\x80"}}',
        '{"name": "a", "extra": {"x": "\\ud800"}}'.encode("utf-16"),
        '{"name": "a", "extra": {"x": "\\u0000"}}'.encode("utf-16-le"),
        '{"name": "a", "extra": {"x": "\\ud800"}}'.encode("utf-32"),
        '{"name": "a"}'.encode("utf-16"),
    ],
)
def test_a_body_that_is_not_utf_8_is_400(caller, body):
    response = post_raw(caller, body)
    assert (response.status_code, response.json()["error"]) == (400, "INVALID_REQUEST")


def test_a_byte_order_mark_before_utf_8_is_taken(caller):
    assert post_raw(caller, b'\xef\xbb\xbf{"name": "a"}').json() == {"name": "a"}


def test_escaped_characters_are_taken(caller):
    response = post_raw(caller, '{"name": "a", "extra": {"x": "\\ud83d\\ude00 \\\\u0000"}}')
    assert response.json()["extra"] == {"x": "\N{GRINNING FACE} \\u0000"}


def test_a_nul_in_a_query_string_is_400(caller):
    assert set(fields(caller.get(f"{ECHO}?name=%00"))) == {"name"}


def test_a_nul_in_a_path_is_404(caller):
    assert caller.get("/api/test/raise/%00").status_code == 404


def test_a_body_above_the_limit_is_413_and_says_the_limit(caller, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2000
    assert caller.post(ECHO, {"name": "a", "extra": {"x": "y" * 1900}}).status_code == 200
    response = caller.post(ECHO, {"name": "a", "extra": {"x": "y" * 2000}})
    assert response.status_code == 413
    assert response.json()["error"] == "PAYLOAD_TOO_LARGE"
    assert response.json()["details"] == {"max_bytes": 2000}


def test_a_chunked_body_is_read_like_any_other(server, caller):
    connection = http.client.HTTPConnection(urlsplit(server).netloc)
    headers = {"Authorization": caller._credentials["HTTP_AUTHORIZATION"], "Content-Type": "application/json"}
    connection.request(
        "POST", "/api/v1/auth/api-keys", body=iter([b'{"na', b'me": 3}']), headers=headers, encode_chunked=True
    )
    body = json.loads(connection.getresponse().read())
    connection.close()
    assert set(body["details"]["fields"]) == {"roles"}
