"""The ledger's pages in the console."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from batches.ledger import sample
from batches.ledger.imports import import_file
from batches.ledger.models import (
    Account,
    AccountingPeriod,
    PeriodException,
    PostingRule,
    Prerequisite,
    TransactionSource,
)
from project.access.models import AuditEntry
from project.access.roles import Role
from tests.ledger.files import premium, text
from tests.ledger.posting import open_month, post

LISTS = [
    "account", "accountingperiod", "claimtype", "fund", "importreject", "journalentry", "periodbalance",
    "periodexception", "postingrule", "prerequisite", "prerequisitekind", "transactionimport", "transactionsource",
]  # fmt: skip


@pytest.fixture
def console(user_for):
    """A browser's session by role."""

    def session(role: Role) -> Client:
        client = Client()
        client.force_login(user_for(role))
        return client

    return session


@pytest.fixture
def filled(tmp_path):
    """Something in every list."""
    period = open_month()
    post(period, [("PREMIUM", "TABARRU", 1, "40.00"), ("PREMIUM", "UJROH", 1, "20.00")])
    path = tmp_path / "january.csv"
    path.write_bytes(text([premium(1, txn_date="?<script>")]))
    import_file(source=TransactionSource.objects.get(code="PREMIUM"), file_name=str(path))
    return period


@pytest.mark.parametrize("name", LISTS)
def test_every_list_and_first_row_opens(console, filled, name):
    client = console(Role.AUDITOR)
    response = client.get(f"/admin/ledger/{name}/")
    assert response.status_code == 200
    assert b"<script>?" not in response.content
    model = next(model for model in _models() if model._meta.model_name == name)
    first = model.objects.first()
    if first is not None:
        assert client.get(f"/admin/ledger/{name}/{first.pk}/change/").status_code == 200


def _models():
    from django.apps import apps

    return apps.get_app_config("ledger").get_models()


@pytest.mark.parametrize("name", ["journalentry", "periodbalance", "transactionimport", "importreject"])
def test_nobody_edits_what_is_posted_or_imported(console, filled, name):
    client = console(Role.BATCH_ADMIN)
    assert client.get(f"/admin/ledger/{name}/add/").status_code == 403
    assert client.post(f"/admin/ledger/{name}/1/delete/", {"post": "yes"}).status_code in {302, 403, 404}
    assert client.post(f"/admin/ledger/{name}/1/change/", {"amount": "1"}).status_code in {302, 403, 404}


def test_the_journal_filters_and_pages(console, filled, monkeypatch):
    from batches.ledger.admin import journal

    monkeypatch.setattr(journal, "ROWS", 1)
    client = console(Role.FINANCE_VIEWER)
    first = client.get("/admin/ledger/journalentry/")
    assert b"40.00" in first.content
    assert b"after=1" in first.content
    assert b"20.00" in client.get("/admin/ledger/journalentry/?after=1").content
    assert b"No entry meets" in client.get("/admin/ledger/journalentry/?amount=5").content
    assert client.get("/admin/ledger/journalentry/?fund=GOLD").status_code == 400
    assert client.get("/admin/ledger/journalentry/?date_from=x").status_code == 400
    assert client.get("/admin/ledger/journalentry/?after=x").status_code == 200


def test_a_period_is_closed_in_a_dialog(console, filled):
    client = console(Role.BATCH_ADMIN)
    address = "/admin/ledger/accountingperiod/2025-01/close/move/"
    assert b"takes no more entries" in client.get(address).content
    assert client.post(address, {"reason": "done"}).status_code == 302
    assert AccountingPeriod.objects.get().status == "CLOSED"
    entry = AuditEntry.objects.get(operation="period.close")
    assert (entry.actor_name, entry.details) == ("batch_admin", {"reason": "done"})
    assert client.post(address, {}).status_code == 409


def test_reopening_asks_why(console, filled):
    client = console(Role.BATCH_ADMIN)
    client.post("/admin/ledger/accountingperiod/2025-01/close/move/", {})
    address = "/admin/ledger/accountingperiod/2025-01/reopen/move/"
    assert b"Say why" in client.post(address, {}).content
    assert AccountingPeriod.objects.get().status == "CLOSED"
    assert client.post(address, {"reason": "late"}).status_code == 302


def test_an_exception_is_granted_in_a_dialog(console, filled):
    client = console(Role.BATCH_ADMIN)
    client.post("/admin/ledger/accountingperiod/2025-01/close/move/", {})
    ends = (timezone.now() + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")
    body = {"user": "batch_admin", "ends_at": ends, "reason": "late claims"}
    assert client.post("/admin/ledger/accountingperiod/2025-01/exception/move/", body).status_code == 302
    assert PeriodException.objects.get().reason == "late claims"


def test_a_new_period_and_its_prerequisites(console):
    client = console(Role.BATCH_ADMIN)
    address = "/admin/ledger/accountingperiod/new/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"month": "2025-1", "status": "OPEN"}).status_code == 200
    assert client.post(address, {"month": "2025-01", "status": "FUTURE"}).status_code == 302
    assert AccountingPeriod.objects.get().status == "FUTURE"
    first = Prerequisite.objects.first()
    toggle = f"/admin/ledger/prerequisite/{first.pk}/toggle/"
    for status in ("COMPLETED", "PENDING"):
        assert client.get(toggle).status_code == 200
        assert client.post(toggle, {"reason": ""}).status_code == 302
        first.refresh_from_db()
        assert first.status == status


@pytest.mark.parametrize("role", [Role.FINANCE_VIEWER, Role.AUDITOR, Role.BATCH_OPERATOR])
def test_only_an_administrator_moves_periods(console, filled, role):
    client = console(role)
    assert client.post("/admin/ledger/accountingperiod/2025-01/close/move/", {}).status_code == 403
    assert client.post("/admin/ledger/accountingperiod/new/", {"month": "2025-02", "status": "OPEN"}).status_code == 403
    assert AccountingPeriod.objects.get().status == "OPEN"


def test_an_unknown_period_or_move_is_a_404(console, filled):
    client = console(Role.BATCH_ADMIN)
    assert client.get("/admin/ledger/accountingperiod/2031-01/close/move/").status_code == 404
    assert client.get("/admin/ledger/accountingperiod/2025-01/burn/move/").status_code == 404


def test_a_rule_that_overlaps_is_refused_in_the_form(console):
    sample.load()
    rule = PostingRule.objects.get(source__code="PREMIUM", fund__code="TABARRU")
    body = {
        "source": rule.source_id, "fund": rule.fund_id, "product_code": "", "debit_account": rule.debit_account_id,
        "credit_account": rule.credit_account_id, "description": "again", "valid_from": "2025-01-01", "valid_to": "",
    }  # fmt: skip
    client = console(Role.BATCH_ADMIN)
    assert b"Overlaps the rule" in client.post("/admin/ledger/postingrule/add/", body).content
    assert client.post("/admin/ledger/postingrule/add/", body | {"product_code": "HL-1"}).status_code == 302
    assert PostingRule.objects.filter(product_code="HL-1").count() == 1
    assert AuditEntry.objects.filter(operation="posting_rule.add").count() == 1
    assert console(Role.FINANCE_VIEWER).post("/admin/ledger/postingrule/add/", body).status_code == 403


def test_an_account_keeps_its_code_since_certificates_name_it(console, filled):
    account = Account.objects.get(code="1010-001")
    form = {"code": "9999", "name": "Main bank", "kind": account.kind, "active": "on"}
    answer = console(Role.BATCH_ADMIN).post(f"/admin/ledger/account/{account.pk}/change/", form)
    account.refresh_from_db()
    assert answer.status_code == 302
    assert (account.code, account.name) == ("1010-001", "Main bank")
