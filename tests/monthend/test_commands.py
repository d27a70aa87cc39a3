"""The commands of a close: what they print, and their exit codes."""

import io
import json
import threading
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from batches.ledger.models import PostingRule
from batches.ledger.services import prerequisites
from batches.monthend import following
from batches.monthend.models import MonthEndBatch
from project.access.models import AuditEntry
from tests.monthend import months
from tests.monthend.closing import initiate, journal, leaves, wait_for


def run(*words: str) -> tuple[int, str]:
    """Exit code and output of a command."""
    out = io.StringIO()
    try:
        call_command(*words, stdout=out)
    except SystemExit as left:
        return int(left.code or 0), out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def run_json(*words: str) -> tuple[int, dict[str, Any]]:
    code, text = run(*words, "--json")
    return code, json.loads(text)


def test_close_month_prints_one_page_of_result(january, workers):
    code, text = run("close_month", "2025-01", "--workers", "3")
    totals = months.expected()
    assert code == 0
    assert text.startswith("2025-01-MONTHEND  COMMITTED\n")
    assert "Trial balance" in text
    assert f"{totals.amount:,}" in text
    assert "Certificate 1  SHA-256 " in text
    assert f"{totals.transactions} transactions, {totals.entries} entries in " in text
    assert max(len(line) for line in text.splitlines() if "SHA-256" not in line) <= 80


def test_as_json_it_is_the_report(january, workers):
    code, document = run_json("close_month", "2025-01", "--type", "CLAIMS")
    totals = months.expected(months.JANUARY, "CLAIM")
    assert (code, document["status"], document["entries"]) == (0, "COMMITTED", totals.entries)
    assert Decimal(document["amount"]) == totals.amount


def test_it_need_not_wait(january):
    code, document = run_json("close_month", "2025-01", "--no-wait")
    assert (code, document["status"]) == (0, "PREPARING")


def test_a_dry_run_says_whether_to_proceed(january, workers):
    code, text = run("close_month", "2025-01", "--dry-run")
    assert (code, "Dry run: PROCEED" in text, journal()) == (0, True, [])


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_a_failed_close_exits_1_and_says_why(january, workers, options):
    PostingRule.objects.filter(fund__code="UJROH").delete()
    code, text = run("close_month", "2025-01", *options)
    assert code == 1
    assert "add or extend a rule, then resume" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("close_month", "2031-07"), "there is no accounting period 2031-07"),
        (("close_month", "2025-01", "--workers", "0"), "workers"),
        (("close_month", "2025-01", "--workers", "1001"), "1 to 1000"),
        (("abort_batch", "2025-09-MONTHEND", "--reason", "x"), "no batch 2025-09-MONTHEND"),
        (("resume_batch", "2025-09-MONTHEND"), "no batch 2025-09-MONTHEND"),
        (("reverse_batch", "2025-09-MONTHEND", "--reason", "x"), "no batch 2025-09-MONTHEND"),
    ],
)
def test_what_cannot_be_asked_exits_2(january, words, said):
    code, text = run(*words)
    assert code == 2
    assert said in text


def test_a_refusal_exits_1_and_names_the_batch(january):
    initiate()
    code, text = run("close_month", "2025-01")
    assert (code, "2025-01-MONTHEND" in text) == (1, True)
    code, text = run("resume_batch", "2025-01-MONTHEND")
    assert (code, "PREPARING" in text) == (1, True)


def test_missing_prerequisites_exit_3_and_are_listed(january):
    prerequisites.reset(period=january, code="AP_CLOSE", actor=None)
    code, text = run("close_month", "2025-01")
    assert (code, "AP_CLOSE" in text) == (3, True)


def test_without_workers_it_says_how_to_start_some(january, monkeypatch, capsys):
    monkeypatch.setattr(following, "PATIENCE_SECONDS", 0.1)
    code, _ = run("close_month", "2025-01")
    assert code == 3
    assert "manage.py run_workers" in capsys.readouterr().err


def test_asked_to_stop_it_leaves_the_batch_running(january, capsys):
    batch = initiate()
    stop = threading.Event()
    stop.set()
    with pytest.raises(SystemExit) as left:
        following.follow(batch, stop=stop)
    assert left.value.code == 3
    assert f"{batch.batch_id} goes on" in capsys.readouterr().err
    batch.refresh_from_db()
    assert batch.status == "PREPARING"


def test_elsewhere_than_on_a_terminal_each_phase_is_a_line(january, workers, capsys):
    run("close_month", "2025-01")
    lines = capsys.readouterr().err.splitlines()
    followed = [line for line in lines if line.startswith("2025-01-MONTHEND  ")]
    assert followed
    assert len(followed) == len(set(followed))
    assert not any("\x1b" in line for line in followed)


@pytest.mark.parametrize(("options", "kept"), [((), False), (("--keep-leaves",), True)])
def test_abort_batch_waits_for_the_end(january, gate, start_runtime, options, kept):
    post = gate("month_end.post")
    initiate()
    start_runtime()
    post.wait_until_reached()
    threading.Timer(0.2, post.open).start()
    code, document = run_json("abort_batch", "2025-01-MONTHEND", "--reason", "Wrong rates", *options)
    assert (code, document) == (0, {"batch_id": "2025-01-MONTHEND", "status": "ABORTED"})
    assert bool(leaves()) is kept


def test_resume_batch_goes_on(january, start_runtime):
    PostingRule.objects.filter(fund__code="UJROH").delete()
    start_runtime()
    wait_for(initiate(), "FAILED")
    assert run("resume_batch", "2025-01-MONTHEND")[0] == 1
    months.make_period(months.JANUARY)
    code, document = run_json("resume_batch", "2025-01-MONTHEND")
    assert (code, document["status"]) == (0, "COMMITTED")


def test_reverse_batch_posts_the_mirror(january, close):
    batch = close()
    months.make_period(months.FEBRUARY)
    code, document = run_json("reverse_batch", batch.batch_id, "--reason", "Wrong rates", "--period", "2025-02")
    assert (code, document["batch_id"], document["reverses"]) == (0, "2025-02-MONTHEND", batch.batch_id)
    assert document["entries"] == batch.expected_entries


def test_the_audit_trail_says_which_command_it_was(january):
    run("close_month", "2025-01", "--no-wait")
    entry = AuditEntry.objects.get(operation="month_end.initiate")
    assert (entry.actor, entry.target) == (None, MonthEndBatch.objects.get().batch_id)
