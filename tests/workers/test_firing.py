"""What is due is enqueued once: by the clock, by the rules, whoever looks and however often."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.db.models import F
from structlog.testing import capture_logs

from project.postgres import sql
from tests.workers.hands import Hand, beside, own_session, states, status
from tests.workers.timing import made, pass_time, runs
from workers.models import Execution, Schedule
from workers.schedules import CATCH_UP_LIMIT
from workers.services import cancel, firing
from workers.services.firing import fire, fire_due, fire_round


def moments(schedule: Schedule, *numbers: int):
    return [schedule.starts_at + timedelta(seconds=600 * number) for number in numbers]


def end_runs() -> None:
    hand = Hand("ender")
    while claimed := hand.claim():
        hand.complete(*claimed)


def test_nothing_happens_before_the_moment():
    schedule = made()
    assert fire_due() == []
    assert (runs(schedule), schedule.next_run_at) == ([], schedule.starts_at)


def test_a_run_is_an_execution_of_the_schedules_jobs():
    schedule = made(parallelism=3)
    pass_time(schedule, 5)
    (fired,) = fire_due()
    execution = Execution.objects.get(pk=fired.execution_id)
    assert (execution.workflow, execution.parallelism, execution.total) == ("test", 3, 2)
    assert (execution.schedule, execution.scheduled_for) == (schedule, schedule.starts_at)
    end_runs()
    assert states(execution) == {"a": "completed", "b": "completed"}
    schedule.refresh_from_db()
    assert schedule.next_run_at == schedule.starts_at + timedelta(seconds=600)
    assert schedule.last_run_at is not None
    assert fire_due() == []


def test_runs_that_were_missed_follow_the_catch_up_rule():
    none, latest, every = (made(rule, catch_up=rule, overlap="allow") for rule in ("none", "latest", "all"))
    for schedule in (none, latest, every):
        pass_time(schedule, 1900)
    fire_due()
    assert (runs(none), runs(latest), runs(every)) == ([], moments(latest, 3), moments(every, 0, 1, 2, 3))
    assert dict(Schedule.objects.values_list("name", "skipped")) == {"none": 4, "latest": 3, "all": 0}


def test_skip_leaves_out_a_run_while_the_one_before_goes_on():
    schedule = made(overlap="skip")
    pass_time(schedule, 0)
    (first,) = fire_due()
    Schedule.objects.update(next_run_at=schedule.starts_at + timedelta(milliseconds=1))
    (second,) = fire_due()
    assert (second.execution_id, second.left_out) == (None, 1)
    end_runs()
    Schedule.objects.update(next_run_at=schedule.starts_at + timedelta(milliseconds=2))
    assert fire_due()[0].execution_id is not None
    assert status(Execution.objects.get(pk=first.execution_id)) == "completed"


def test_all_that_was_missed_is_made_up_for_one_after_the_other_where_runs_may_not_overlap():
    schedule = made(catch_up="all", overlap="skip")
    pass_time(schedule, 1300)
    for number in range(3):
        assert len(fire_due()) == 1
        assert runs(schedule) == moments(schedule, *range(number + 1))
        assert fire_due() == [], "waits for its end"
        end_runs()
    schedule.refresh_from_db()
    assert schedule.skipped == 0
    assert fire_due() == []


def test_cancel_makes_room_for_the_next_run():
    schedule = made(overlap="cancel", catch_up="all")
    pass_time(schedule, 700)
    first, second = (Execution.objects.get(pk=fired.execution_id) for fired in fire_due())
    assert (status(first), status(second)) == ("cancelled", "pending")
    assert first.cancel_reason == 'The next run of schedule "nightly" begins.'


def test_a_chunk_that_holds_a_claim_delays_the_run_that_cancels_it_but_no_other():
    held, other = made("held", overlap="cancel"), made("other")
    pass_time(held, 0)
    fire_due()
    (claimed,) = Hand().claim()
    with own_session(autocommit=False) as chunk:
        chunk.execute("SELECT workers.hold_lease(%s, %s)", [claimed["fence"], claimed["job_id"]])
        Schedule.objects.filter(pk=held.pk).update(next_run_at=held.starts_at + timedelta(milliseconds=1))
        pass_time(other, 0)
        assert [fired.schedule for fired in fire_due()] == ["other"]
    assert [fired.schedule for fired in fire_due()] == ["held"]


def test_jobs_that_are_refused_are_noted_and_the_next_run_comes():
    schedule = made()
    Schedule.objects.update(jobs=[{"id": "a", "type": "noop", "dependsOn": ["nobody"]}])
    pass_time(schedule, 5)
    (fired,) = fire_due()
    assert fired.execution_id is None
    schedule.refresh_from_db()
    assert 'depends on "nobody"' in schedule.last_error
    assert schedule.next_run_at == schedule.starts_at + timedelta(seconds=600)
    assert Execution.objects.count() == 0


@pytest.mark.parametrize("broken", [{"time_zone": "Europe/Atlantis"}, {"jobs": ["no job"]}])
def test_a_schedule_that_cannot_be_read_keeps_no_other_from_its_run(broken):
    schedule, other = made("broken", interval_seconds=None, cron="* * * * *"), made("other")
    for one in (schedule, other):
        pass_time(one, 5)
    Schedule.objects.filter(pk=schedule.pk).update(**broken)
    fire_due()
    assert len(runs(other)) == 1
    schedule.refresh_from_db()
    assert schedule.last_error
    assert fire_due() == []


@contextmanager
def impatient() -> Iterator[None]:
    """The server ends statements of the test's session that take longer than a moment."""
    sql.execute("SET statement_timeout = '1500ms'")
    try:
        yield
    finally:
        sql.execute("RESET statement_timeout")


def test_a_statement_that_is_ended_before_the_run_costs_nothing():
    held, other = made("held"), made("other")
    pass_time(held, 5)
    with own_session(autocommit=False) as session, impatient():
        session.execute("LOCK TABLE execution")
        assert fire_due() == []
    held.refresh_from_db()
    assert (held.next_run_at, held.last_error) == (held.starts_at, None)
    pass_time(other, 0)
    assert [fired.schedule for fired in fire_due()] == ["held", "other"]


def test_a_statement_that_is_ended_within_the_run_costs_nothing():
    held, other = made("held", overlap="cancel"), made("other")
    pass_time(held, 0)
    fire_due()
    (claimed,) = Hand().claim()
    again = held.starts_at + timedelta(milliseconds=1)
    with own_session(autocommit=False) as chunk, impatient():
        chunk.execute("SELECT workers.hold_lease(%s, %s)", [claimed["fence"], claimed["job_id"]])
        Schedule.objects.filter(pk=held.pk).update(next_run_at=again)
        pass_time(other, 0)
        assert [fired.schedule for fired in fire_due()] == ["other"]
    held.refresh_from_db()
    assert (held.next_run_at, held.last_error) == (again, None)
    assert [fired.schedule for fired in fire_due()] == ["held"]
    assert runs(held)[-1] == again


def test_what_the_database_refuses_for_good_ends_no_schedule():
    broken, other = made("broken"), made("other")
    for one in (broken, other):
        pass_time(one, 1900)
    Schedule.objects.filter(pk=broken.pk).update(skipped=2**31 - 1)
    with capture_logs() as logs:
        assert [fired.schedule for fired in fire_due()] == ["other"]
        assert fire_due() == []
    assert len([line for line in logs if line["log_level"] == "error"]) == 1, "said once"
    broken.refresh_from_db()
    assert (broken.next_run_at, runs(broken)) == (broken.starts_at, [])
    assert broken.last_error == "The database refuses it (SQLSTATE 22003); the log of the workers says why."
    Schedule.objects.filter(pk=broken.pk).update(skipped=0)
    assert [fired.schedule for fired in fire_due()] == ["broken"]
    broken.refresh_from_db()
    assert broken.last_error is None


def test_a_database_that_lacks_a_routine_for_now_costs_no_run():
    schedule = made()
    pass_time(schedule, 5)
    with own_session() as session:
        session.execute("ALTER ROUTINE workers.submit RENAME TO submit_of_later")
        try:
            assert fire_due() == []
        finally:
            session.execute("ALTER ROUTINE workers.submit_of_later RENAME TO submit")
    assert len(fire_due()) == 1
    assert runs(schedule) == [schedule.starts_at]


def test_schedules_take_turns():
    many, other = made("many", catch_up="all", overlap="allow"), made("other")
    pass_time(many, 1900)
    pass_time(other, 5)
    assert [fired.schedule for fired in fire_due()] == ["many", "other", "many", "many", "many"]


def test_one_that_is_due_again_before_its_run_is_made_does_not_keep_the_others_or_the_command(monkeypatch):
    never = made("never", interval_seconds=1.0, overlap="allow")
    pass_time(never, 5)

    def slow(schedule_id):
        fired = fire(schedule_id)
        Schedule.objects.filter(pk=never.pk).update(next_run_at=F("next_run_at") - timedelta(seconds=2))
        return fired

    monkeypatch.setattr(firing, "fire", slow)
    assert len(fire_due()) == CATCH_UP_LIMIT


def test_a_round_ends_when_it_is_asked_to():
    for number in range(3):
        pass_time(made(str(number)), 60 - number)
    answers = iter([False, True])
    assert [fired.schedule for fired in fire_round(lambda: next(answers))] == ["0"]
    assert [fired.schedule for fired in fire_round()] == ["1", "2"]


def test_a_disabled_schedule_is_left_alone():
    schedule = made()
    pass_time(schedule, 5)
    Schedule.objects.update(enabled=False)
    assert fire_due() == []


def test_the_last_run_leaves_nothing_to_come():
    schedule = made()
    pass_time(schedule, 5)
    Schedule.objects.update(ends_at=schedule.starts_at + timedelta(seconds=10))
    assert len(fire_due()) == 1
    schedule.refresh_from_db()
    assert schedule.next_run_at is None


def test_many_that_look_at_once_make_one_run():
    schedule = made(catch_up="all", overlap="allow")
    pass_time(schedule, 600 * 20)
    together = threading.Barrier(4)

    def look() -> None:
        together.wait()
        for _ in range(30):
            fire_due()

    for thread in [beside(look) for _ in range(4)]:
        thread.join()
    assert runs(schedule) == moments(schedule, *range(21))


def test_a_clock_that_goes_back_repeats_no_run():
    schedule = made()
    pass_time(schedule, 5)
    fire_due()
    Schedule.objects.update(next_run_at=schedule.starts_at)
    assert [fired.execution_id for fired in fire_due()] == [None]
    assert runs(schedule) == [schedule.starts_at]


def test_the_database_refuses_a_second_run_for_a_moment():
    schedule = made()
    pass_time(schedule, 5)
    (fired,) = fire_due()
    cancel(execution_id=fired.execution_id, reason="test")
    with pytest.raises(IntegrityError, match="execution_scheduled_once"):
        Execution.objects.create(workflow="again", schedule=schedule, scheduled_for=schedule.starts_at)


def test_a_row_that_someone_changes_is_looked_at_later():
    schedule = made()
    pass_time(schedule, 5)
    with own_session(autocommit=False) as session:
        session.execute("SELECT FROM schedule FOR UPDATE")
        assert fire(schedule.pk) is None
    assert fire(schedule.pk) is not None
    assert connection.in_atomic_block is False
