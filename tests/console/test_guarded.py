"""What is edited in the console: by whom, and what the audit trail keeps of it."""

import pytest

from batches.ledger import sample
from batches.ledger.models import Account, Fund
from project.access.models import AuditEntry
from project.access.roles import ALL_READERS, Role

FUNDS = "/admin/ledger/fund/"
ACCOUNTS = "/admin/ledger/account/"
NEW = {"code": "9999-001", "name": "Suspense", "kind": "ASSET", "active": "on"}


@pytest.fixture
def chart(database):
    sample.load()


@pytest.mark.parametrize("role", sorted(ALL_READERS))
def test_readers_see_an_account_and_only_administrators_change_it(visit, chart, role):
    account = Account.objects.first()
    client = visit(role)
    page = client.get(f"{ACCOUNTS}{account.pk}/change/")
    assert page.status_code == 200
    assert ('name="_save"' in page.content.decode()) is (role == Role.BATCH_ADMIN)
    client.post(f"{ACCOUNTS}{account.pk}/change/", {**NEW, "code": account.code})
    account.refresh_from_db()
    assert (account.name == "Suspense") is (role == Role.BATCH_ADMIN)


def test_an_addition_is_in_the_audit_trail(visit, chart):
    assert visit(Role.BATCH_ADMIN).post(f"{ACCOUNTS}add/", NEW).status_code == 302
    entry = AuditEntry.objects.get(operation="account.add")
    assert (entry.actor_name, entry.before, entry.after["name"]) == ("batch_admin", None, "Suspense")
    assert entry.target == "9999-001 Suspense"


def test_a_change_keeps_only_what_changed(visit, chart):
    account = Account.objects.first()
    changed = {"code": account.code, "name": "Other bank", "kind": account.kind, "active": "on"}
    visit(Role.BATCH_ADMIN).post(f"{ACCOUNTS}{account.pk}/change/", changed)
    entry = AuditEntry.objects.get(operation="account.change")
    assert (entry.before, entry.after) == ({"name": account.name}, {"name": "Other bank"})


def test_saving_without_a_change_leaves_no_trace(visit, chart):
    account = Account.objects.first()
    same = {"code": account.code, "name": account.name, "kind": account.kind, "active": "on"}
    assert visit(Role.BATCH_ADMIN).post(f"{ACCOUNTS}{account.pk}/change/", same).status_code == 302
    assert not AuditEntry.objects.filter(operation="account.change").exists()


def test_a_wrong_form_says_which_field(visit, chart):
    page = visit(Role.BATCH_ADMIN).post(f"{ACCOUNTS}add/", {**NEW, "kind": "GOLD"})
    assert page.status_code == 200
    assert "Select a valid choice" in page.content.decode()
    assert not AuditEntry.objects.exists()


def test_nothing_can_be_deleted(visit, chart):
    fund = Fund.objects.first()
    client = visit(Role.BATCH_ADMIN)
    assert client.get(f"{FUNDS}{fund.pk}/delete/").status_code == 403
    client.post(FUNDS, {"action": "delete_selected", "_selected_action": [fund.pk], "post": "yes"})
    assert Fund.objects.filter(pk=fund.pk).exists()


def test_the_token_of_the_form_is_asked_for(visit, chart):
    client = visit(Role.BATCH_ADMIN, enforce_csrf_checks=True)
    assert client.post(f"{ACCOUNTS}add/", NEW).status_code == 403


def test_roles_of_people_are_given_by_superusers_and_recorded(superuser, user_for):
    person = user_for(Role.AUDITOR)
    group = person.groups.get()
    form = {"username": person.username, "is_active": "on", "is_staff": "on", "groups": []}
    assert superuser.post(f"/admin/auth/user/{person.pk}/change/", form).status_code == 302
    assert not person.groups.exists()
    entry = AuditEntry.objects.get(operation="user.roles")
    assert (entry.target, entry.before, entry.after) == ("auditor", {"roles": [group.name]}, {"roles": []})


def test_a_new_password_is_recorded_without_the_password(superuser, user_for):
    person = user_for(Role.AUDITOR)
    form = {"password1": "sesame opens it", "password2": "sesame opens it", "usable_password": "true"}
    assert superuser.post(f"/admin/auth/user/{person.pk}/password/", form).status_code == 302
    entry = AuditEntry.objects.get(operation="user.password")
    assert (entry.target, entry.after) == ("auditor", None)
    assert not AuditEntry.objects.filter(after__icontains="pbkdf2").exists()
