"""Every list and every page of a row opens, empty and full, and no list counts further than it shows."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from batches.ledger import sample
from batches.ledger.models import ImportReject, TransactionImport, TransactionSource
from project.access import audit
from project.access.roles import Role
from project.console import paginator

REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def rejects(database):
    """An import of 60 refused lines."""
    source = TransactionSource.objects.get(code="PREMIUM")
    record = TransactionImport.objects.create(
        source=source, file_name="january.csv", rows_read=60, rows_rejected=60, started_at=timezone.now()
    )
    ImportReject.objects.bulk_create(
        ImportReject(import_of=record, line_number=line, column_name="txn_date", reason="is no date", line="a,b")
        for line in range(2, 62)
    )
    return record


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_a_list_opens_when_it_is_empty(superuser, model):
    assert superuser.get(address(model, "changelist"), follow=True).status_code == 200


def test_every_list_and_every_row_open_after_a_close(superuser, january, close, rejects):
    sample.load()
    close(worker_count=2)
    audit.record(operation="test", target="thing")
    for model in REGISTERED:
        assert superuser.get(address(model, "changelist"), follow=True).status_code == 200, model
        row = model._default_manager.order_by("pk").first()
        if row is not None:
            answer = superuser.get(address(model, "change", row.pk), follow=True)
            assert answer.status_code == 200, model


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_forms_to_add_open_where_there_are_any(visit, superuser, model):
    page = admin.site._registry[model]
    right = superuser.get(address(model, "add"))
    assert right.status_code in {200, 403}
    assert visit(Role.FINANCE_VIEWER).get(address(model, "add")).status_code == 403, page


def test_a_list_counts_no_further_than_it_goes(superuser, rejects, monkeypatch):
    monkeypatch.setattr(paginator, "COUNTED", 20)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = superuser.get(address(ImportReject, "changelist")).content.decode()
    counts = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
    assert counts
    assert all("LIMIT 21" in count for count in counts), counts
    assert "More than 20 import rejects" in page
    assert "filter to see others" in page


def test_pages_of_a_list_are_numbered_links(superuser, rejects):
    page = superuser.get(address(ImportReject, "changelist")).content.decode()
    assert "60 import rejects" in page
    assert "?p=2" in page
    assert superuser.get(address(ImportReject, "changelist"), {"p": 2}).status_code == 200
    assert superuser.get(address(ImportReject, "changelist"), {"p": 99}).status_code == 302


def test_rejects_of_one_import_are_reached_from_it(visit, rejects):
    client = visit(Role.FINANCE_VIEWER)
    page = client.get(address(TransactionImport, "changelist")).content.decode()
    link = f"{address(ImportReject, 'changelist')}?import_of__id__exact={rejects.pk}"
    assert link in page
    assert "is no date" in client.get(link).content.decode()
