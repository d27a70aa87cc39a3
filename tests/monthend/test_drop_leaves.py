"""Leaves that an abort kept are dropped by command."""

import pytest
from django.core.management import CommandError, call_command

from project.access.models import AuditEntry
from tests.monthend.closing import initiate, leaves, wait_for
from tests.monthend.test_abort import PLANNED, URL


def test_kept_leaves_are_dropped_by_command(january, admin, gate, start_runtime, other, tamper, capsys):
    with PLANNED[0](gate, start_runtime, other, tamper) as batch:
        admin.post(URL, {"reason": "Let me see", "rollback": False})
    wait_for(batch, "ABORTED")
    kept = leaves()
    call_command("drop_leaves", "2025-01-MONTHEND")
    assert kept
    assert leaves() == []
    assert f"{len(kept)} leaves dropped" in capsys.readouterr().out
    assert AuditEntry.objects.filter(operation="month_end.drop_leaves", target="2025-01-MONTHEND").count() == 1


def test_a_batch_that_was_not_aborted_keeps_its_leaves(january):
    initiate()
    with pytest.raises(CommandError, match="only an ABORTED batch has leaves to drop"):
        call_command("drop_leaves", "2025-01-MONTHEND")
