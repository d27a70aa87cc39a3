"""The scheduler of worker processes: one leads, another takes over, every moment has one run."""

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import psutil
import pytest

from tests.workers.hands import own_session, wait_for
from tests.workers.processes import run_workers, stop
from tests.workers.timing import made, now, pass_time, runs
from workers.models import Execution, Schedule
from workers.queries.schedules import leader
from workers.runtime.scheduler import Scheduler
from workers.services import firing, submit


@contextmanager
def three_processes() -> Iterator[list[psutil.Popen]]:
    """Three supervisors of a worker process each, as on three machines."""
    with ExitStack() as stack:
        yield [stack.enter_context(run_workers("--slots", "1")) for _ in range(3)]


def leading_pid() -> int | None:
    name = leader()
    return int(name.rpartition("-")[2]) if name else None


def missing_and_repeated(schedule: Schedule) -> tuple[list, list]:
    """Moments between the first and the last run that have none, and those that have two."""
    found = runs(schedule)
    expected = [
        found[0] + timedelta(seconds=number) for number in range(int((found[-1] - found[0]).total_seconds()) + 1)
    ]
    return sorted(set(expected) - set(found)), sorted(moment for moment in set(found) if found.count(moment) > 1)


def kill_the_leader() -> None:
    """SIGKILL; another process leads soon."""
    killed = leading_pid()
    psutil.Process(killed).send_signal(signal.SIGKILL)
    wait_for(lambda: leading_pid() not in {None, killed}, "another leader")


def wait_for_more_runs(schedule: Schedule) -> None:
    count = len(runs(schedule))
    wait_for(lambda: len(runs(schedule)) >= count + 3, "three more runs")


def test_of_three_processes_one_leads_and_its_death_costs_no_run():
    schedule = made(interval_seconds=1.0, starts_at=now(), catch_up="all", overlap="allow")
    with three_processes():
        wait_for(lambda: len(runs(schedule)) >= 3, "three runs")
        for _ in range(2):
            kill_the_leader()
            wait_for_more_runs(schedule)
    assert missing_and_repeated(schedule) == ([], [])


def test_a_leader_that_is_asked_to_stop_leaves_at_once():
    made()
    with run_workers("--slots", "1") as supervisor:
        wait_for(lambda: leading_pid() is not None, "a leader")
        assert stop(supervisor)[0] == 0
    wait_for(lambda: leader() is None, "the end of its session")


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    thread = Scheduler()
    thread.start()
    wait_for(lambda: leader() is not None, "the lead")
    yield thread
    thread.stop()


def test_a_run_is_made_on_time(monkeypatch):
    monkeypatch.setattr("workers.runtime.scheduler.LOOK_SECONDS", 600.0)  # the moment wakes it, not a look in between
    schedule = made(starts_at=now() + timedelta(seconds=1.5))
    scheduler = Scheduler()
    scheduler.start()
    wait_for(lambda: len(runs(schedule)) == 1, "the run")
    scheduler.stop()
    schedule.refresh_from_db()
    assert schedule.last_run_at >= schedule.starts_at


def test_a_session_that_breaks_is_made_again(scheduler):
    schedule = made(interval_seconds=1.0, starts_at=now(), catch_up="all", overlap="allow")
    wait_for(lambda: len(runs(schedule)) >= 1, "a run")
    with own_session() as session:
        session.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'tutup-scheduler-%'"
        )
    count = len(runs(schedule))
    wait_for(lambda: len(runs(schedule)) >= count + 2, "more runs")
    assert missing_and_repeated(schedule) == ([], [])


def test_only_one_of_two_leads(scheduler):
    second = Scheduler()
    second.start()
    schedule = made(starts_at=now() + timedelta(seconds=0.5))
    wait_for(lambda: len(runs(schedule)) == 1, "the run")
    assert not second._leads
    scheduler.stop()
    wait_for(lambda: second._leads, "the second to lead")
    second.stop()


def test_a_database_that_is_not_migrated_yet_is_waited_for(scheduler):
    schedule = made(starts_at=now() + timedelta(seconds=0.5))
    with own_session() as session:
        session.execute("ALTER TABLE schedule RENAME TO schedule_of_later")
        try:
            scheduler.join(1.5)
        finally:
            session.execute("ALTER TABLE schedule_of_later RENAME TO schedule")
    assert scheduler.is_alive()
    wait_for(lambda: len(runs(schedule)) == 1, "the run")


@pytest.mark.parametrize("schedules", [1, 10])
def test_it_stops_amid_runs_that_take_long(scheduler, monkeypatch, schedules):
    def slow(*args, **options):
        time.sleep(0.3)
        return submit(*args, **options)

    many = [made(str(number), catch_up="all", overlap="allow") for number in range(schedules)]
    monkeypatch.setattr(firing, "submit", slow)
    for schedule in many:
        pass_time(schedule, 600 * 30)
    wait_for(Execution.objects.exists, "a run")
    scheduler.stop()
    scheduler.join(60)
    assert not scheduler.is_alive()
    assert Execution.objects.count() < 30 * schedules
