"""The commands of docs/ledger.md, run in their order."""

import gzip
import re
import shlex
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from batches.ledger.models import AccountingPeriod, ClaimTransaction, PremiumTransaction
from tests.ledger.files import claim, premium, text

BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)


def test_every_command_of_the_page_runs(tmp_path, monkeypatch, capsys):
    (tmp_path / "january.csv").write_bytes(text([premium(1)]))
    (tmp_path / "claims.csv.gz").write_bytes(gzip.compress(text([claim(1)])))
    monkeypatch.chdir(tmp_path)
    page = Path(settings.BASE_DIR, "docs", "ledger.md").read_text(encoding="utf-8")
    lines = [line for block in BLOCK.findall(page) for line in block.splitlines()]
    for line in lines:
        program, *arguments = shlex.split(line)
        assert program == "manage.py"
        call_command(*arguments)
    assert len(lines) >= 10
    assert AccountingPeriod.objects.get().status == "LOCKED"
    assert (PremiumTransaction.objects.count(), ClaimTransaction.objects.count()) == (2001, 101)
    assert "2025-01" in capsys.readouterr().out
