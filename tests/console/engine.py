"""Executions in a given state, and addresses of the engine's pages."""

from typing import Any

from django.test import Client

from project.postgres import sql
from tests.workers.hands import Hand, graph, job
from workers.models import Execution, Job, Queue

EXECUTIONS = "/admin/workers/execution/"
QUEUES = "/admin/workers/queue/"
WORKERS = "/admin/workers/worker/"
SCHEDULES = "/admin/workers/schedule/"


def page_of(execution: Execution) -> str:
    return f"{EXECUTIONS}{execution.pk}/page/"


def job_page(execution: Execution, key: str) -> str:
    return f"/admin/workers/job/{Job.objects.get(execution=execution, key=key).pk}/page/"


def queue_address(name: str = "default") -> str:
    return f"{QUEUES}{Queue.objects.get(name=name).pk}/"


def text(client: Client, path: str, **options: Any) -> str:
    answer = client.get(path, **options)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def half_done() -> tuple[Execution, Hand]:
    """`a` completed, `b` failed, `c` active; `d` waits for `a` and `c`, `e` was cancelled with `b`."""
    execution = graph(job("a"), job("b"), job("c"), job("d", "a", "c"), job("e", "b"), job("f", type="elsewhere"))
    hand = Hand(types=["noop"])
    claimed = {one["key"]: one for one in hand.claim(3)}
    hand.complete(claimed["a"], output={"rows": 7})
    hand.end(claimed["b"], outcome="fail", error="card declined")
    return execution, hand


def ended() -> Execution:
    """`a` completed, `b` failed, `c` was cancelled with it."""
    execution = graph(job("a"), job("b"), job("c", "b"), queue="ended")
    hand = Hand("ender", queues=["ended"])
    claimed = {one["key"]: one for one in hand.claim(2)}
    hand.complete(claimed["a"])
    hand.end(claimed["b"], outcome="fail", error="card declined")
    execution.refresh_from_db()
    return execution


def grow_old(worker: Hand) -> None:
    """Nothing has been heard of it for an hour."""
    sql.execute("UPDATE worker SET last_heartbeat = now() - interval '1 hour' WHERE id = %s", [worker.id])
