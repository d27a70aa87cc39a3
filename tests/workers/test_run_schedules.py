"""`manage.py run_schedules`."""

import json

import pytest
from django.core.management import call_command

from tests.workers.timing import made, pass_time, runs
from workers.models import Schedule


def test_it_enqueues_what_is_due_and_says_how_much(capsys):
    first, second = made("first", overlap="allow", catch_up="all"), made("second")
    pass_time(first, 650)
    pass_time(second, 1250)
    call_command("run_schedules")
    assert capsys.readouterr().out == "3 runs enqueued, 2 left out, 0 refused.\n"
    assert (len(runs(first)), len(runs(second))) == (2, 1)
    call_command("run_schedules", "--json")
    assert json.loads(capsys.readouterr().out) == {"fired": []}


def test_what_was_refused_is_named_and_the_command_ends_with_one(capsys):
    schedule = made()
    pass_time(schedule, 5)
    Schedule.objects.update(jobs=[])
    with pytest.raises(SystemExit) as ended:
        call_command("run_schedules")
    assert ended.value.code == 1
    said = capsys.readouterr()
    assert said.out == "0 runs enqueued, 0 left out, 1 refused.\n"
    assert "nightly: jobs is empty" in said.err
