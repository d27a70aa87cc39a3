"""The graph of an execution, as much of it as can be drawn."""

from dataclasses import dataclass

from project.postgres import sql

NODES = 2000


@dataclass(frozen=True, slots=True)
class Node:
    """A job of the graph."""

    id: int
    key: str
    name: str | None
    type: str
    state: str


@dataclass(frozen=True, slots=True)
class Edge:
    """`child` waits for `parent`: ids of nodes."""

    parent: int
    child: int
    on_failure: str


@dataclass(frozen=True, kw_only=True)
class Graph:
    """The first nodes in the order of submission, and the edges between them. `total` is how many jobs there are."""

    nodes: list[Node]
    edges: list[Edge]
    total: int

    @property
    def whole(self) -> bool:
        return len(self.nodes) == self.total


def graph(execution_id: int, *, limit: int = NODES) -> Graph:
    """The graph with the states that its jobs have now; empty for an unknown execution."""
    nodes = [Node(**record) for record in sql.rows(_NODES, {"execution": execution_id, "limit": limit})]
    edges = sql.rows(_EDGES, {"ids": [node.id for node in nodes]})
    total = sql.value("SELECT e.total FROM execution e WHERE e.id = %s", [execution_id])
    return Graph(nodes=nodes, edges=[Edge(**record) for record in edges], total=total or 0)


_NODES = """
WITH open AS MATERIALIZED (SELECT * FROM workers.open_jobs(%(execution)s)), chosen AS MATERIALIZED (
  SELECT j.id, j.key, j.name, j.lane_id FROM job j WHERE j.execution_id = %(execution)s ORDER BY j.id LIMIT %(limit)s
)
SELECT c.id, c.key, c.name, n.type, coalesce(f.state, o.state) AS state
FROM chosen c JOIN lane n ON n.id = c.lane_id LEFT JOIN finished_job f ON f.id = c.id LEFT JOIN open o ON o.id = c.id
ORDER BY c.id
"""

_EDGES = """
SELECT d.parent_id AS parent, d.child_id AS child, d.on_failure FROM job_dependency d
WHERE d.parent_id = ANY (%(ids)s::bigint[]) AND d.child_id = ANY (%(ids)s::bigint[]) ORDER BY d.child_id, d.parent_id
"""
