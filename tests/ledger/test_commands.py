"""`manage.py period`, `prerequisite` and `trial_balance`."""

import json

import pytest
from django.core.management import CommandError, call_command

from batches.ledger.models import AccountingPeriod, PeriodException, Prerequisite
from project.access.roles import Role
from tests.ledger.posting import open_month, post


def run(capsys, *arguments: str) -> str:
    call_command(*arguments)
    return capsys.readouterr().out


def test_a_period_is_opened_closed_reopened_and_locked(capsys):
    assert run(capsys, "period", "list").startswith("There is no period yet")
    for verb, more, status in [
        ("open", [], "OPEN"),
        ("close", [], "CLOSED"),
        ("reopen", ["--reason", "late"], "OPEN"),
        ("close", ["--reason", "done"], "CLOSED"),
        ("lock", [], "LOCKED"),
    ]:
        assert run(capsys, "period", verb, "2025-01", *more).split()[-1] == status
    assert json.loads(run(capsys, "period", "list", "--json"))["periods"][0]["status"] == "LOCKED"


def test_an_exception_is_granted(capsys, user_for):
    user_for(Role.BATCH_OPERATOR)
    run(capsys, "period", "open", "2025-01")
    call_command("period", "exception", "2025-01", "--user", "batch_operator", "--hours", "2", "--reason", "late")
    assert "batch_operator may post into 2025-01 until" in capsys.readouterr().err
    assert PeriodException.objects.get().reason == "late"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["period", "close", "2031-01"], 2, "no period 2031-01"),
        (["period", "open", "january"], 2, "Write it as 2025-01"),
        (["period", "open", "2025-01"], 1, "Use reopen"),
        (["period", "close", "2025-01"], 1, "CLOSED already"),
        (["period", "exception", "2025-01", "--user", "nobody", "--reason", "x"], 2, "no user nobody"),
        (["period", "reopen", "2025-01"], 1, "--reason"),
        (["prerequisite", "2025-01", "TAX"], 2, "AP_CLOSE"),
        (["trial_balance", "2031-01"], 2, "no period 2031-01"),
    ],
)
def test_a_refusal_is_one_line_with_its_exit_code(arguments, code, words):
    call_command("period", "open", "2025-01")
    call_command("period", "close", "2025-01")
    with pytest.raises(CommandError) as refused:
        call_command(*arguments)
    assert words in str(refused.value)
    assert refused.value.returncode == code


def test_prerequisites_are_completed_and_reset(capsys):
    assert run(capsys, "prerequisite", "2025-01", "AP_CLOSE") == "2025-01: AP_CLOSE COMPLETED\n"
    assert AccountingPeriod.objects.get().status == "OPEN"
    run(capsys, "prerequisite", "2025-01", "ALL", "--note", "checked")
    assert Prerequisite.objects.filter(status="COMPLETED").count() == 3
    told = json.loads(run(capsys, "prerequisite", "2025-01", "AR_CLOSE", "--reset", "--json"))
    assert told == {"period": "2025-01", "prerequisites": {"AR_CLOSE": "PENDING"}}


def test_the_trial_balance_is_printed(capsys):
    post(open_month(), [("PREMIUM", "TABARRU", 1, "1234.50")])
    assert "1,234.50" in run(capsys, "trial_balance", "2025-01")
    rows = json.loads(run(capsys, "trial_balance", "2025-01", "--json"))["rows"]
    assert {row["account"]: row["closing"] for row in rows} == {"2010-001": "1234.50", "3010-001": "-1234.50"}
