"""Why the jobs of an execution are not running: the reasons, each with how many jobs it holds up."""

from collections.abc import Iterator
from typing import Any

from project.postgres import sql
from workers.queries.executions import ExecutionState, execution_state
from workers.queries.explain import lanes
from workers.queries.explain.jobs import leased, put_off
from workers.queries.explain.reasons import Reason, ReasonKind, moment, together

MOST = 50  # reasons; an execution may have very many lanes

Group = dict[str, Any]


def explain_execution(execution_id: int) -> list[Reason]:
    """The reasons, those that hold up most jobs first; a job may have several. Raises `NotFound`."""
    state = execution_state(execution_id)
    groups = [] if state.ended else sql.rows(_GROUPS, {"execution": execution_id})
    known = lanes.lanes([group["lane_id"] for group in groups])
    found = [reason for group in groups for reason in _reasons(group, known[group["lane_id"]], state)]
    return sorted(together(found), key=lambda reason: -reason.jobs)[:MOST] + _ended(state)


def _reasons(group: Group, lane: lanes.Lane, state: ExecutionState) -> Iterator[Reason]:
    jobs = group["jobs"]
    if group["place"] == "lease":
        yield _running(group) if group["alive"] else leased(group, jobs)
        return
    obstacles = [*lanes.standing(lane, jobs)]
    if group["place"] == "blocked":
        yield Reason(kind=ReasonKind.DEPENDENCY, text="Wait for other jobs of the execution.", jobs=jobs)
    elif group["put_off"] is not None:
        yield put_off(group, jobs)
    elif group["later"]:
        until = group["run_at"]
        text = f"Not due yet; the first at {moment(until)}."
        yield Reason(kind=ReasonKind.DELAYED, text=text, jobs=jobs, details={"until": until})
    else:
        obstacles += lanes.limits(lane, jobs)
        if group["place"] == "held":
            yield _parallelism(state, jobs)
        elif not obstacles:
            yield _turn(lane, jobs)
    yield from obstacles


def _running(group: Group) -> Reason:
    worker = group["worker"]
    return Reason(
        kind=ReasonKind.RUNNING, text=f'Run on worker "{worker}".', jobs=group["jobs"], details={"worker": worker}
    )


def _parallelism(state: ExecutionState, jobs: int) -> Reason:
    text = f"The execution lets {state.parallelism} of its jobs run at once."
    return Reason(kind=ReasonKind.PARALLELISM, text=text, jobs=jobs, details={"parallelism": state.parallelism})


def _turn(lane: lanes.Lane, jobs: int) -> Reason:
    workers = lane["capable"]
    turn = lanes.IDLE if lane["idle"] else f'Wait for their turn in queue "{lane["queue"]}"'
    text = f"{turn}; live workers that can run them: {workers}."
    return Reason(
        kind=ReasonKind.WAITING_TURN, text=text, jobs=jobs, details={"queue": lane["queue"], "workers": workers}
    )


def _ended(state: ExecutionState) -> list[Reason]:
    counts = {"completed": state.completed, "failed": state.failed, "cancelled": state.cancelled}
    jobs = sum(counts.values())
    if not jobs:
        return []
    text = ", ".join(f"{count} {name}" for name, count in counts.items() if count) + "."
    return [Reason(kind=ReasonKind.ENDED, text=text, jobs=jobs, details=counts)]


_GROUPS = """
WITH live AS MATERIALIZED (SELECT v.id FROM workers.live_workers() v)
SELECT o.place, o.lane_id, o.run_at > now() AS later, w.name AS worker, v.id IS NOT NULL AS alive,
  d.reason AS put_off, count(*) AS jobs,
  min(min(o.run_at)) OVER (PARTITION BY o.place <> 'blocked' AND o.run_at > now(), d.reason) AS run_at,
  min(o.until) AS until
FROM workers.open_jobs(%(execution)s) o LEFT JOIN worker w ON w.id = o.worker_id
LEFT JOIN live v ON v.id = o.worker_id AND o.until > now()
LEFT JOIN deferral d ON d.job_id = o.id AND d.until = o.run_at AND d.until > now() GROUP BY 1, 2, 3, 4, 5, 6
"""
