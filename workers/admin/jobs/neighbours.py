"""A job between those that it waits for and those that wait for it."""

from collections.abc import Sequence

from django.urls import reverse

from project.console.graphs import Edge, Node, Picture, picture
from workers.models import Job, Policy
from workers.queries.job_details import JobDetail, Neighbour


def neighbours(job: JobDetail) -> Picture | None:
    """The picture; None for a job that stands alone."""
    around = [*job.parents, *job.children]
    if not around:
        return None
    known = _known(around)
    row = job.row
    nodes = {row.id: Node(row.id, row.name or row.key, row.type, row.state, reverse("admin:job", args=[row.id]))}
    edges = []
    for place, one in enumerate(around):
        if (found := known.get((one.execution_id, one.key))) is None:
            continue
        nodes[found.pk] = _node(found, one.state)
        pair = (found.pk, row.id) if place < len(job.parents) else (row.id, found.pk)
        edges.append(Edge(*pair, one.on_failure == Policy.IGNORE))
    return picture(list(nodes.values()), edges)


def _known(around: Sequence[Neighbour]) -> dict[tuple[int, str], Job]:
    executions, keys = {one.execution_id for one in around}, {one.key for one in around}
    found = Job.objects.filter(execution_id__in=executions, key__in=keys).select_related("lane")
    return {(job.execution_id, job.key): job for job in found}


def _node(job: Job, state: str) -> Node:
    return Node(job.pk, job.name or job.key, job.lane.type, state, reverse("admin:job", args=[job.pk]))
