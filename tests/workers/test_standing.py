"""Schedules that come with the product."""

import pytest
from django.db.models.functions import Now

from project.api.errors import Forbidden, InvalidRequest
from project.postgres import sql
from workers.models import Execution, Schedule
from workers.services import schedules, standing
from workers.services.firing import fire_due
from workers.standing import Standing, declared
from workers.standing import standing as declare

NAME = "reconciliation"


@pytest.fixture
def schedule() -> Schedule:
    standing.ensure()
    return Schedule.objects.get(name=NAME)


def test_a_standing_schedule_is_made_once_and_left_as_people_changed_it(schedule):
    schedules.change_schedule(name=NAME, interval_seconds=600.0)
    standing.ensure()
    assert [one.interval_seconds for one in Schedule.objects.filter(name=NAME)] == [600.0]


def test_its_first_run_is_an_interval_away(schedule):
    assert sql.value("SELECT next_run_at > now() FROM schedule WHERE name = %s", [NAME])


def test_its_jobs_may_be_of_the_products_own_types(schedule):
    Schedule.objects.filter(name=NAME).update(next_run_at=Now())
    assert [fired.error for fired in fire_due()] == [None]
    assert Execution.objects.filter(schedule=schedule).count() == 1


def test_nobody_else_gets_such_jobs_into_a_schedule(schedule):
    with pytest.raises(InvalidRequest):
        schedules.create_schedule(name="mine", workflow="mine", jobs=schedule.jobs, interval_seconds=60.0)


def test_it_is_disabled_and_not_removed(schedule):
    with pytest.raises(Forbidden):
        schedules.delete_schedule(name=NAME)
    assert schedules.change_schedule(name=NAME, enabled=False).next_run_at is None


def test_two_of_one_name_are_refused():
    known = declared()[NAME]
    with pytest.raises(ValueError, match="two standing schedules"):
        declare(Standing(name=NAME, workflow="other", jobs=known.jobs, interval_seconds=60.0))
