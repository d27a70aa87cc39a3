"""`manage.py repair`: repairs what it is told to, and exits 1 when something was refused."""

import json

import pytest

from reconciliation.models import Mismatch, Repair
from tests.reconciliation import tables
from tests.reconciliation.tables import put, read

WHY = ("--reason", "a reason")


@pytest.fixture
def two(job):
    """A row to write and one that only the target has."""
    put("source", 1)
    put("target", 1, status="'packed'")
    put("target", 2)
    return [tables.mismatch(job, number) for number in (1, 2)]


def test_a_dry_run_says_what_would_be_done_and_does_nothing(run_command, two):
    code, printed = run_command("repair", "--table", "orders", "--dry-run", *WHY)
    assert code == 1
    assert "orders / 1  update  status" in printed
    assert "orders / 2  delete  Only the target has the row" in printed
    assert "Dry run: 1 would be repaired, 1 refused." in printed
    assert (read("target", "status"), Repair.objects.exists()) == ("packed", False)


def test_one_mismatch_is_repaired_and_exits_0(run_command, two, workers):
    code, printed = run_command("repair", str(two[0].pk), *WHY)
    assert (code, read("target", "status")) == (0, "shipped")
    assert printed.startswith("1 repaired, 0 refused")
    assert Mismatch.objects.get(pk=two[0].pk).resolution_status == "MANUAL_RESOLVED"


def test_a_job_s_worth_exits_1_when_one_is_refused(run_command, two, job, workers):
    code, printed = run_command("repair", "--job", str(job.pk), *WHY)
    assert code == 1
    assert "1 repaired, 1 refused" in printed
    assert "orders / 2: Only the target has the row" in printed


def test_deletes_need_the_option_and_the_mapping(run_command, two, mapping, workers):
    mapping.deletes_allowed = True
    mapping.save()
    assert run_command("repair", "--table", "orders", *WHY)[0] == 1
    assert run_command("repair", "--table", "orders", "--deletes", *WHY)[0] == 0
    assert read("target", "id", 2) is None


def test_without_workers_it_does_the_work_itself(run_command, two, capsys):
    code, printed = run_command("repair", "--json", str(two[0].pk), *WHY)
    assert (code, json.loads(printed)["applied"]) == (0, 1)
    assert "runs the jobs itself" in capsys.readouterr().err


@pytest.mark.parametrize(
    "given",
    [[], ["abc"], ["--job", "abc"], ["--table", "orders", "--budget", "0"]],
)
def test_what_can_t_be_asked_exits_2(run_command, given):
    assert run_command("repair", *given, *WHY)[0] == 2


@pytest.mark.parametrize(("text", "seconds"), [("90", 90.0), ("60s", 60.0), ("5m", 300.0), ("1h", 3600.0)])
def test_a_budget_is_a_length_of_time(text, seconds):
    from reconciliation.management.commands.repair import budget

    assert budget(text) == seconds
