"""Addresses of the pages of the batch processor, and batches in a given state without a worker."""

from html import unescape
from typing import Any

from django.http import HttpResponse
from django.test import Client

from batches.processor import queries, services
from batches.processor.models import InferenceBatch
from batches.processor.services.timeouts import expire_due
from project.postgres import sql
from tests.processor.hands import submitted

BATCHES = "/admin/processor/inferencebatch/"
MODELS = "/admin/processor/inferencemodel/"
DASHBOARD = "/admin/processor/processorsetting/"


def page_of(batch: InferenceBatch) -> str:
    return f"{BATCHES}{batch.batch_id}/page/"


def shown(answer: HttpResponse, status: int = 200) -> str:
    """The page as it is read."""
    assert answer.status_code == status, answer.status_code
    return unescape(answer.content.decode())


def opened(client: Client, path: str, status: int = 200) -> str:
    return shown(client.get(path), status)


def sent(client: Client, path: str, status: int = 200, **answers: Any) -> str:
    """The page after a form was sent."""
    return shown(client.post(path, answers, follow=True), status)


def cancelled(**options: Any) -> InferenceBatch:
    """A batch that was cancelled before a worker came."""
    return services.cancel(batch_id=submitted(1, 2, 3, **options).batch_id, reason="not needed")


def expired(**options: Any) -> InferenceBatch:
    """A batch whose time was over before a worker came."""
    found = submitted(1, 2, 3, timeout_ms=5000, **options)
    sql.execute("UPDATE inference_batch SET expires_at = now() - interval '1 s' WHERE id = %s", [found.pk])
    expire_due()
    return queries.batch(found.batch_id)
