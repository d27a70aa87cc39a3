"""Addresses of the pages of transform, and batches in a given state."""

import json
from html import unescape
from typing import Any

from django.http import HttpResponse
from django.test import Client

from batches.transform import services
from batches.transform.models import TransformBatch
from batches.transform.queries.versions import active_version
from batches.transform.states import OnError
from batches.transform.submission import Submission

PIPELINES = "/admin/transform/pipeline/"
BATCHES = "/admin/transform/transformbatch/"
DEFAULT = f"{PIPELINES}default/page/"
TRY = f"{PIPELINES}default/try/"
NEW = f"{PIPELINES}new/"
NEW_VERSION = f"{PIPELINES}default/new-version/"
ITEM = {"ts": "2024-01-01T00:00:00Z", "amt": "100.50", "email": "user@example.com", "phone": "555-0123"}
BAD = {**ITEM, "amt": "a hundred"}
STEPS = [{"op": "trim", "fields": ["name"]}, {"op": "mask", "field": "name", "method": "redact"}]


def page_of(batch: TransformBatch) -> str:
    return f"{BATCHES}{batch.batch_id}/page/"


def shown(answer: HttpResponse, status: int = 200) -> str:
    """The page as it is read."""
    assert answer.status_code == status, answer.status_code
    return unescape(answer.content.decode())


def opened(client: Client, path: str, status: int = 200) -> str:
    return shown(client.get(path), status)


def sent(client: Client, path: str, step: str, status: int = 200, **answers: Any) -> str:
    """The page after a form was sent; what isn't text is sent as JSON."""
    given = {name: value if isinstance(value, str) else json.dumps(value) for name, value in answers.items()}
    return shown(client.post(path, {**given, "step": step}, follow=True), status)


def batch(items: list[Any], *, actor: Any = None, later: bool = False, **options: Any) -> TransformBatch:
    """Items that somebody sent through the default pipeline, done at once unless `later`."""
    options.setdefault("on_error", OnError.FAIL)
    given = Submission(
        items=items, version=active_version(), owner=f"user {getattr(actor, 'pk', 0)}", actor=actor, **options
    )
    return services.submit(given, respond_async=later).batch
