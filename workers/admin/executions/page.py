"""Everything an execution's page shows."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from project.console import graphs, states
from project.console.dialogs import Dialog
from project.console.people import holds
from workers.admin.executions.dialogs import DIALOGS, legal
from workers.admin.reasons import lines
from workers.models import Execution, JobState, Policy
from workers.queries import ExecutionState, execution_state
from workers.queries.explain import explain_execution
from workers.queries.graphs import graph
from workers.queries.jobs import jobs_of

DRAWN = 10_000
"""Jobs that the picture of an execution takes in."""
LISTED = 50


def moving(request: HttpRequest, execution: Execution) -> dict[str, Any]:
    """The whole page: nearly all of it changes while the execution runs."""
    state = execution_state(execution.pk)
    return {
        "execution": execution,
        "status": status(execution),
        "state": state,
        "parts": _parts(state),
        "seconds": seconds(execution),
        "buttons": _buttons(request, execution),
        "reruns": _reruns(execution),
        "reasons": [] if state.ended else lines(explain_execution(execution.pk), counted=True),
        "drawing": picture(execution.pk),
        **_listed(request, execution),
        "live": execution.completed_at is None,
        "now": timezone.now(),
    }


def status(execution: Execution) -> str:
    """Its status, and `cancelling` from the request to the last job's end."""
    return "cancelling" if execution.cancel_requested_at and not execution.completed_at else execution.status


def seconds(execution: Execution) -> float | None:
    """From the first claim to the end, or to now."""
    if execution.started_at is None:
        return None
    return ((execution.completed_at or timezone.now()) - execution.started_at).total_seconds()


def picture(execution_id: int) -> dict[str, Any]:
    """The graph as SVG, and how much of it that is."""
    found = graph(execution_id, limit=DRAWN)
    address = reverse("admin:job", args=[0])  # once: to reverse thousands takes longer than to draw them
    nodes = [
        graphs.Node(node.id, node.name or node.key, node.type, node.state, address.replace("/0/", f"/{node.id}/"))
        for node in found.nodes
    ]
    edges = [graphs.Edge(edge.parent, edge.child, edge.on_failure == Policy.IGNORE) for edge in found.edges]
    return {"picture": graphs.picture(nodes, edges), "whole": found.whole, "drawn": len(nodes), "total": found.total}


def _parts(state: ExecutionState) -> list[dict[str, Any]]:
    """The parts of the progress bar, in percent of all jobs."""
    counts = {
        states.GOOD: state.completed,
        states.BAD: state.failed,
        states.IDLE: state.cancelled,
        states.BUSY: state.running,
    }
    return [{"tone": tone, "percent": 100 * count / (state.total or 1)} for tone, count in counts.items() if count]


def _buttons(request: HttpRequest, execution: Execution) -> list[Dialog[Execution]]:
    return [DIALOGS[verb] for verb in legal(execution) if holds(request, DIALOGS[verb].roles)]


def _reruns(execution: Execution) -> QuerySet[Execution]:
    return Execution.objects.filter(rerun_of=execution).order_by("pk")


def _listed(request: HttpRequest, execution: Execution) -> dict[str, Any]:
    """A page of jobs, of one state when asked for, and the address of the next page."""
    chosen = request.GET.get("state")
    state = chosen if chosen in JobState.values else None
    after = request.GET.get("after", "")
    first = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    found = jobs_of(execution.pk, state=state, after=first, limit=LISTED + 1)
    kept = {"state": state} if state else {}
    return {
        "jobs": found[:LISTED],
        "states": [None, *JobState.values],
        "chosen": state,
        "first_page": not first,
        "next_page": urlencode({**kept, "after": found[LISTED - 1].id}) if len(found) > LISTED else "",
        "query": urlencode({**kept, **({"after": first} if first else {})}),
    }
