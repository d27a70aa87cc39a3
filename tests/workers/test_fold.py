"""What polls count by the minute ends up in the history and in the totals of the queues, each job once."""

import threading
from datetime import datetime
from typing import Any

from project.postgres import sql
from tests.workers.hands import Hand, beside, graph, job, own_session
from workers.models import Queue, Tally, Throughput
from workers.queries import job_counts
from workers.queries.queue_states import queue_state


def age_tallies() -> None:
    """As if the present minute's counts were of an hour ago."""
    sql.execute("UPDATE tally SET second = second - interval '1 hour'")


def fold() -> int:
    return int(sql.routine_value("workers.fold_tally", Queue.objects.get(name="default").pk))


def one_of_each() -> None:
    """Three jobs that ended: completed, failed after a retry, cancelled."""
    graph(job("good"), job("bad", max_attempts=1), job("dependent", "bad"), job("again", backoff_seconds=100))
    hand = Hand()
    claimed = {one["key"]: one for one in hand.claim()}
    hand.complete(claimed["good"])
    hand.end(claimed["bad"], claimed["again"])


def test_a_fold_moves_counts_of_minutes_that_are_over() -> None:
    one_of_each()
    age_tallies()
    before = job_counts()
    assert fold() > 0
    assert not Tally.objects.exists()
    (minute,) = Throughput.objects.all()
    assert (minute.completed, minute.failed, minute.cancelled, minute.retried) == (1, 1, 1, 1)
    assert minute.run_seconds > 0
    queue = Queue.objects.get(name="default")
    assert (queue.completed, queue.failed, queue.cancelled) == (1, 1, 1)
    assert job_counts() == before


def test_the_present_minute_stays_where_polls_count() -> None:
    one_of_each()
    assert fold() == 0
    assert Tally.objects.exists()
    assert not Throughput.objects.exists()


def test_a_minute_is_folded_again_when_a_late_poll_counts_in_it() -> None:
    for _ in range(2):
        one_of_each()
        sql.execute(
            "UPDATE tally SET second = second - (date_trunc('minute', now()) - timestamptz '2026-03-01 10:00Z')"
        )
        fold()
    (minute,) = Throughput.objects.all()
    assert minute.completed == 2
    assert Queue.objects.get(name="default").completed == 2


def test_a_row_that_a_poll_counts_up_is_left_for_the_next_fold() -> None:
    one_of_each()
    age_tallies()
    with own_session() as poll, poll.transaction():
        poll.execute("UPDATE tally SET completed = completed + 1")
        assert fold() == 0
    assert fold() > 0
    assert Queue.objects.get(name="default").completed == 2


def test_no_job_is_counted_twice_or_not_at_all_while_workers_report() -> None:
    graph(*(job(str(number)) for number in range(400)))
    stop = threading.Event()
    seen: list[int] = []

    def report() -> None:
        hand = Hand("reporting")
        while claimed := hand.claim(7):
            hand.complete(*claimed)
        stop.set()

    def age_and_fold() -> None:
        while not stop.is_set():
            with own_session() as session:
                session.execute("SET lock_timeout = '60s'")
                session.execute(
                    "UPDATE tally t SET second = t.second - make_interval(mins => 1 + (random() * 10000)::int) "
                    "FROM (SELECT session_pid, queue_id, second FROM tally FOR UPDATE SKIP LOCKED) f "
                    "WHERE (t.session_pid, t.queue_id, t.second) = (f.session_pid, f.queue_id, f.second)"
                )
            fold()

    threads = [beside(report), beside(age_and_fold)]
    while not stop.is_set():
        counts = job_counts()
        seen.append(counts.completed)
        assert counts.total == 400
    for thread in threads:
        thread.join()
    assert seen == sorted(seen)
    assert queue_state("default").counts.completed == 400


def test_old_minutes_workers_and_pauses_are_pruned() -> None:
    Hand("long gone")
    Hand("just gone")
    alive = Hand("alive")
    sql.execute("UPDATE worker SET stopped_at = now() - interval '31 days' WHERE name = 'long gone'")
    sql.execute("UPDATE worker SET stopped_at = now() WHERE name = 'just gone'")
    for days in (15, 13):
        minute("default", f"now() - interval '{days} days'")
    sql.execute(
        "INSERT INTO queue_pause (queue_id, paused_by, reason, until) SELECT q.id, 'ops', 'it is over', now() "
        "FROM queue q"
    )
    assert sql.value("SELECT workers.prune(interval '30 days')") == 3
    assert left("worker", "name") == ["alive", "just gone"]
    assert len(left("throughput", "minute")) == 1
    assert sql.value("SELECT workers.prune(NULL)") == 0
    assert alive.claim() == []


def minute(queue: str, when: str) -> datetime:
    return sql.value(
        f"INSERT INTO throughput (queue_id, minute) SELECT q.id, {when} FROM queue q WHERE q.name = %s "
        "RETURNING minute",
        [queue],
    )


def left(table: str, column: str) -> list[Any]:
    return [row[column] for row in sql.rows(f"SELECT {column} FROM {table} ORDER BY 1")]
