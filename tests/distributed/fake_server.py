"""A server that answers remote workers as it is told: the real one never says what a proxy or a mistake does."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.workers.web import Reply, Web, reply, web

PAGE = reply(200, b"<html>Sign in</html>", content_type="text/html")


def answer(body: Any, status: int = 200, **headers: str) -> Reply:
    return reply(status, json.dumps(body).encode(), content_type="application/json", **headers)


def jobs(first: int, count: int, claim: int, **config: Any) -> Reply:
    about = {
        "executionId": "exec-1",
        "name": None,
        "type": "remote",
        "queue": "default",
        "config": config,
        "parents": {},
    }
    rest = {"attempt": 1, "timeoutSeconds": None, "lastError": None, "checkpoint": None}
    given = [{"jobId": n, "id": str(n), "claim": claim, **about, **rest} for n in range(first, first + count)]
    return answer({"jobs": given})


class Server:
    """Answers each verb with its replies in turn, then with success and nothing in it."""

    def __init__(self) -> None:
        self.replies: dict[str, list[Reply]] = {}
        self.web: Web

    def __call__(self, to: BaseHTTPRequestHandler) -> None:
        verb = to.path.rsplit("/", 1)[1]
        left = self.replies.get(verb, [])
        if not left and verb == "claim":
            time.sleep(0.02)
        given = left.pop(0) if left else answer({"success": True, "jobs": [], "claims": []})
        given(to)

    def asked(self, verb: str) -> list[dict[str, Any]]:
        return [json.loads(one["body"]) for one in list(self.web.asked) if one["path"].endswith(f"/{verb}")]


@contextmanager
def served() -> Iterator[Server]:
    server = Server()
    with web(server) as server.web:
        yield server


def reported(fake: Server, verb: str, member: str) -> dict[int, Any]:
    """What was said of each job, over all calls."""
    lists = {"complete": "results", "fail": "failures"}
    return {one["jobId"]: one[member] for body in fake.asked(verb) for one in body[lists[verb]]}
