"""Logs: one JSON object a line in production, a readable line in development, both with the request id."""

import json
import logging
import logging.config

import pytest
import structlog

from project.api import logs


@pytest.fixture
def formatted():
    """The text that a handler would write, in production's form or in development's."""
    configured = structlog.get_config()

    def make(record: logging.LogRecord, *, production: bool) -> str:
        line = logs.configure(production=production, level="INFO")["formatters"]["line"]
        options = {name: value for name, value in line.items() if name != "()"}
        text: str = line["()"](**options).format(record)
        return text

    yield make
    structlog.configure(**configured)  # loggers that are in use already keep to what they began with


def record(message: str, *args: object, exc_info=None) -> logging.LogRecord:
    return logging.LogRecord("uvicorn.error", logging.WARNING, __file__, 1, message, args, exc_info)


def test_production_writes_one_json_object_a_line(formatted):
    with structlog.contextvars.bound_contextvars(request_id="req-1"):
        line = formatted(record("lost %s", "something"), production=True)
    entry = json.loads(line)
    assert "\n" not in line
    assert (entry["event"], entry["level"], entry["logger"], entry["request_id"]) == (
        "lost something",
        "warning",
        "uvicorn.error",
        "req-1",
    )


def test_development_writes_a_readable_line(formatted):
    with structlog.contextvars.bound_contextvars(request_id="req-1"):
        line = formatted(record("lost %s", "something"), production=False)
    assert "lost something" in line
    assert "request_id=req-1" in line


@pytest.mark.parametrize("production", [True, False])
def test_a_traceback_does_not_show_values(formatted, production):
    def fail() -> None:
        secret = "tutup_" + "hidden"
        raise ValueError(len(secret))

    try:
        fail()
    except ValueError as error:
        line = formatted(record("failed", exc_info=(type(error), error, error.__traceback__)), production=production)
    assert "ValueError" in line
    assert "tutup_hidden" not in line


def test_each_request_is_one_line(client, caplog):
    caplog.set_level("INFO", logger="request")
    client.get("/api/nothing?cursor=secret")
    lines = [entry.msg for entry in caplog.records if entry.name == "request"]
    assert len(lines) == 1
    assert (lines[0]["method"], lines[0]["path"], lines[0]["status"]) == ("GET", "/api/nothing", 404)
    assert lines[0]["milliseconds"] >= 0


def test_probes_are_not_logged(client, caplog):
    caplog.set_level("INFO", logger="request")
    client.get("/health")
    assert not [entry for entry in caplog.records if entry.name == "request"]
