"""`manage.py generate_transactions`: any volume, the same for the same seed, ids that go on."""

import json
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Max, Min

from batches.ledger.models import AccountingPeriod, ClaimTransaction, PremiumTransaction
from batches.ledger.services import generate as generator
from batches.ledger.services.generate import generate


@pytest.fixture(autouse=True)
def small_calls(monkeypatch):
    monkeypatch.setattr(generator, "ROWS_A_CALL", 70)


def content() -> list[tuple]:
    names = [field.name for field in PremiumTransaction._meta.fields if field.name != "id"]
    return list(PremiumTransaction.objects.order_by("id").values_list(*names))


def test_the_same_seed_gives_the_same_rows(django_db_blocker):
    generate(month="2025-01", premiums=300, claims=0, seed=5)
    first = content()
    PremiumTransaction.objects.all().delete()
    generate(month="2025-01", premiums=300, claims=0, seed=5)
    assert content() == first
    PremiumTransaction.objects.all().delete()
    generate(month="2025-01", premiums=300, claims=0, seed=6)
    assert content() != first


def test_every_premium_has_three_funds_and_every_day_of_the_month_some():
    generate(month="2025-02", premiums=500, claims=100, seed=1)
    found = PremiumTransaction.objects.all()
    assert found.filter(fund_tabarru__gt=0, fund_tanahud__gt=0, fund_ujroh__gt=0).count() == 500
    assert found.filter(premium_amount=F("fund_tabarru") + F("fund_tanahud") + F("fund_ujroh")).count() == 500
    assert found.aggregate(Count("txn_date", distinct=True), Min("txn_date"), Max("txn_date")) == {
        "txn_date__count": 28,
        "txn_date__min": found.order_by("id")[0].txn_date,
        "txn_date__max": found.order_by("-id")[0].txn_date,
    }
    assert ClaimTransaction.objects.filter(claim_date__month=2).count() == 100


def test_a_second_run_goes_on_after_the_first():
    generate(month="2025-01", premiums=100, claims=0, seed=1)
    generate(month="2025-01", premiums=100, claims=0, seed=1)
    ids = list(PremiumTransaction.objects.order_by("id").values_list("txn_id", flat=True))
    assert ids == [f"GP-202501-{number:010d}" for number in range(1, 201)]
    PremiumTransaction.objects.create(**{**PremiumTransaction.objects.values().first(), "id": None, "txn_id": "mine"})
    assert PremiumTransaction.objects.latest("id").txn_id == "mine"


def test_a_stop_begins_no_further_call():
    stop = threading.Event()
    added = generate(month="2025-01", premiums=5000, claims=0, seed=1, stop=stop, on_progress=lambda _: stop.set())
    assert 0 < added < 5000
    assert PremiumTransaction.objects.count() == added


def test_the_command_makes_the_period_and_prints_one_line(capsys):
    call_command("generate_transactions", "--month", "2025-01", "--premiums", "10", "--claims", "5")
    assert capsys.readouterr().out.startswith("15 transactions added to 2025-01 in ")
    assert AccountingPeriod.objects.get().code == "2025-01"
    call_command("generate_transactions", "--month", "2025-01", "--premiums", "10", "--json")
    assert json.loads(capsys.readouterr().out)["rows"] == 10


@pytest.mark.parametrize(
    "arguments",
    [["--month", "2025-01"], ["--month", "2025-14", "--claims", "1"], ["--month", "2025-01", "--claims", "-1"]],
)
def test_a_wrong_call_is_a_usage_error(arguments):
    with pytest.raises(CommandError) as refused:
        call_command("generate_transactions", *arguments)
    assert refused.value.returncode == 2
