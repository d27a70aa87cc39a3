"""Why one job is not running."""

from collections.abc import Iterator
from typing import Any

from project.postgres import sql
from workers.queries.explain import lanes
from workers.queries.explain.reasons import Reason, ReasonKind, moment
from workers.queries.jobs import job_id

PARENTS = 10  # named at most

Place = dict[str, Any]


def explain_job(execution_id: int, key: str) -> list[Reason]:
    """The reasons, the decisive one first; a running or ended job says so. Raises `NotFound`."""
    place = sql.row(_PLACE, {"id": job_id(execution_id, key), "execution": execution_id})
    assert place is not None  # in one of the tables under one snapshot
    if place["ended"] is not None:
        return [_ended(place)]
    if place["place"] == "lease":
        return [_running(place) if place["alive"] else leased(place)]
    return list(_waiting(place))


def leased(place: Place, jobs: int = 1) -> Reason:
    """Of jobs whose worker is lost."""
    return Reason(
        kind=ReasonKind.LEASED,
        text=f'Leased by worker "{place["worker"]}" until {moment(place["until"])}; it gives no sign of life, '
        "so that another worker gets the job by then.",
        jobs=jobs,
        details={"worker": place["worker"], "until": place["until"]},
    )


def _waiting(place: Place) -> Iterator[Reason]:
    lane = lanes.lanes([place["lane_id"]])[place["lane_id"]]
    if place["place"] == "blocked":
        yield _dependency(place)
    if place["later"]:
        yield _delayed(place)
    elif place["place"] == "held":
        yield _parallelism(place)
    obstacles = [*lanes.standing(lane)]
    if place["place"] != "blocked" and not place["later"]:
        obstacles += lanes.limits(lane)
        if place["place"] == "ready" and not obstacles:
            obstacles = [_turn(place, lane)]
    yield from obstacles


def _ended(place: Place) -> Reason:
    because = f": {place['error']}" if place["error"] else ""
    return Reason(
        kind=ReasonKind.ENDED,
        text=f"It {_ENDS[place['ended']]} at {moment(place['finished_at'])}{because}",
        details={"state": place["ended"], "at": place["finished_at"]},
    )


def _running(place: Place) -> Reason:
    return Reason(
        kind=ReasonKind.RUNNING,
        text=f'Runs on worker "{place["worker"]}" since {moment(place["claimed_at"])}, '
        f"attempt {place['attempt']} of {place['max_attempts']}.",
        details={"worker": place["worker"], "since": place["claimed_at"], "until": place["until"]},
    )


def _dependency(place: Place) -> Reason:
    parents = sql.rows(_OPEN_PARENTS, {"id": place["id"], "limit": PARENTS})
    listed = ", ".join(f'"{parent["key"]}" ({parent["state"]})' for parent in parents)
    more = place["pending"] - len(parents)
    return Reason(
        kind=ReasonKind.DEPENDENCY,
        text=f"Waits for {listed}{f' and {more} more' if more > 0 else ''}.",
        details={"open": place["pending"], "dependsOn": [parent["key"] for parent in parents]},
    )


def put_off(place: Place, jobs: int = 1) -> Reason:
    """Of jobs that their handler sent back until a moment."""
    return Reason(
        kind=ReasonKind.DELAYED,
        text=f"Put off until {moment(place['run_at'])}: {place['put_off']}",
        jobs=jobs,
        details={"until": place["run_at"], "reason": place["put_off"]},
    )


def _delayed(place: Place) -> Reason:
    if place["put_off"] is not None:
        return put_off(place)
    tried = f" Attempt {place['attempt'] - 1} failed: {place['last_error']}" if place["last_error"] else ""
    return Reason(
        kind=ReasonKind.DELAYED,
        text=f"Not due before {moment(place['run_at'])}.{tried}",
        details={"until": place["run_at"]},
    )


def _parallelism(place: Place) -> Reason:
    return Reason(
        kind=ReasonKind.PARALLELISM,
        text=f"The execution lets {place['parallelism']} of its jobs run at once; others of it go first.",
        details={"parallelism": place["parallelism"]},
    )


def _turn(place: Place, lane: lanes.Lane) -> Reason:
    (turn,) = sql.routine("workers.turn_of", place["id"])
    before, workers = turn["o_before"] or 0, lane["capable"]
    text = (
        f'{before} due jobs of queue "{lane["queue"]}" go before it; '
        f"{workers} live {'worker' if workers == 1 else 'workers'} can run it."
    )
    if lane["idle"]:
        text += f" {lanes.IDLE}."
    elif turn["o_safe_from"] is not None:
        text += f" Nothing that becomes due after {moment(turn['o_safe_from'])} overtakes it, whatever its priority."
    return Reason(
        kind=ReasonKind.WAITING_TURN,
        text=text,
        details={
            "before": before,
            "dueAt": place["run_at"],
            "priority": lane["priority"],
            "notOvertakenAfter": turn["o_safe_from"],
            "workers": workers,
        },
    )


_ENDS = {"completed": "completed", "failed": "failed", "cancelled": "was cancelled"}

_PLACE = """
SELECT j.id, j.max_attempts, f.state AS ended, f.finished_at, f.error, o.place, o.lane_id, o.attempt, o.run_at,
  o.run_at > now() AS later, o.claimed_at, o.until, o.pending, w.name AS worker, e.parallelism,
  o.until > now() AND EXISTS (SELECT FROM workers.live_workers() v WHERE v.id = w.id) AS alive,
  (SELECT t.error FROM job_attempt t WHERE t.job_id = j.id AND t.attempt = o.attempt - 1) AS last_error,
  (SELECT d.reason FROM deferral d WHERE d.job_id = j.id AND d.until = o.run_at) AS put_off
FROM job j JOIN execution e ON e.id = j.execution_id LEFT JOIN finished_job f ON f.id = j.id
LEFT JOIN workers.open_jobs(%(execution)s) o ON o.id = j.id LEFT JOIN worker w ON w.id = o.worker_id
WHERE j.id = %(id)s
"""

_OPEN_PARENTS = """
SELECT p.key, workers.job_state(p.id) AS state FROM job_dependency d JOIN job p ON p.id = d.parent_id
WHERE d.child_id = %(id)s AND NOT EXISTS (SELECT FROM finished_job f WHERE f.id = p.id) ORDER BY p.id LIMIT %(limit)s
"""
