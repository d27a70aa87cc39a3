"""What is left of the load when everything has ended: counted in the database, not by the workers."""

from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.chaos_ground import wait_until
from benchmarks.engine_faults.fault import Fault
from benchmarks.engine_faults.ground import Ground

OPEN = "SELECT count(*) FROM execution WHERE completed_at IS NULL"
HOT = "SELECT (SELECT count(*) FROM ready) + (SELECT count(*) FROM lease) + (SELECT count(*) FROM blocked)"
OF_RUN = "j.execution_id = ANY (%s)"
NOT_COMPLETED = f"""
SELECT count(*) FROM job j LEFT JOIN finished_job f ON f.id = j.id AND f.state = 'completed'
WHERE {OF_RUN} AND f.id IS NULL"""
EFFECTS = f"""
SELECT count(*) FILTER (WHERE n = 0), count(*) FILTER (WHERE n > 1) FROM (
  SELECT j.id, count(e.job_id) AS n FROM job j JOIN lane l ON l.id = j.lane_id AND l.type = 'chaos.effect'
  LEFT JOIN chaos_effect e ON e.job_id = j.id WHERE {OF_RUN} GROUP BY j.id) counted"""
TOO_EARLY = f"""
SELECT count(*) FROM job_dependency d JOIN job j ON j.id = d.child_id
JOIN finished_job p ON p.id = d.parent_id JOIN finished_job c ON c.id = d.child_id
WHERE {OF_RUN} AND c.started_at < p.finished_at"""
MISCOUNTED = """
SELECT count(*) FROM execution e WHERE e.id = ANY (%s) AND (e.completed <> e.total OR e.status <> 'completed'
  OR e.total <> (SELECT count(*) FROM job j WHERE j.execution_id = e.id))"""
TOTALS = """
SELECT (SELECT sum(q.completed) FROM queue q) + (SELECT coalesce(sum(t.completed), 0) FROM tally t)
  - (SELECT count(*) FROM finished_job f WHERE f.state = 'completed')"""
LOST = f"""
SELECT a.finished_at, coalesce(n.started_at, f.started_at) FROM job_attempt a JOIN job j ON j.id = a.job_id
LEFT JOIN job_attempt n ON n.job_id = a.job_id AND n.attempt = a.attempt + 1 LEFT JOIN finished_job f ON f.id = a.job_id
WHERE {OF_RUN} AND a.error LIKE 'worker lost%%'"""
LISTED = 20  # late results


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Counts; those of the second group must be 0."""

    graphs: int
    jobs: int
    attempts_lost: int  # with their worker
    refused: int  # late results
    refused_claims: list[tuple[int, int | None]]  # (job, claim) of the first of them
    woken_refused: int  # of a worker that was stopped and woken, as it has logged itself
    slowest_rerun_seconds: float | None  # from the strike to the next attempt
    seconds_to_the_end: float

    jobs_lost: int
    effects_missing: int
    effects_doubled: int
    started_too_early: int
    executions_miscounted: int
    totals_wrong: int

    @property
    def right(self) -> bool:
        wrong = (self.jobs_lost, self.effects_missing, self.effects_doubled, self.started_too_early)
        return not any((*wrong, self.executions_miscounted, self.totals_wrong))

    def described(self) -> dict[str, Any]:
        return {**asdict(self), "right": self.right}


def wait_for_end(ground: Ground) -> None:
    """Until no execution is open and nothing is left in the hot tables."""
    wait_until(
        lambda: ground.value(OPEN) == 0 and ground.value(HOT) == 0,
        lambda: f"{ground.value(OPEN)} executions don't end: {ground.said()[-3000:]}",
        every=0.05,
    )


def judged(ground: Ground, executions: list[int], fault: Fault, *, logged: int, seconds: float) -> Verdict:
    """The executions of one run against what must be there. `logged` is where the workers' log stood before it,
    `seconds` how long the work took to end after it."""
    missing, doubled = ground.rows(EFFECTS, executions)[0]
    lost = ground.rows(LOST, executions)
    strikes = fault.strikes
    reruns = [(again - max((at for at in strikes if at <= seen), default=seen)).total_seconds() for seen, again in lost]
    refused = [*fault.refused, *ground.refused(logged)]
    return Verdict(
        graphs=len(executions),
        jobs=ground.value(f"SELECT count(*) FROM job j WHERE {OF_RUN}", executions),
        attempts_lost=len(lost),
        refused=len(refused),
        refused_claims=refused[:LISTED],
        woken_refused=len(fault.woken_refused),
        slowest_rerun_seconds=round(max(reruns), 2) if reruns else None,
        seconds_to_the_end=round(seconds, 1),
        jobs_lost=ground.value(NOT_COMPLETED, executions),
        effects_missing=missing,
        effects_doubled=doubled,
        started_too_early=ground.value(TOO_EARLY, executions),
        executions_miscounted=ground.value(MISCOUNTED, executions),
        totals_wrong=int(ground.value(TOTALS)),
    )
