"""Who gets in, and what the frame shows them."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from project.access.roles import ALL_READERS, Role

LISTS = {
    "/admin/monthend/monthendbatch/": ALL_READERS,
    "/admin/ledger/journalentry/": ALL_READERS,
    "/admin/ledger/transactionimport/": ALL_READERS,
    "/admin/ledger/importreject/": ALL_READERS,
    "/admin/ledger/postingrule/": ALL_READERS,
    "/admin/ledger/accountingperiod/": ALL_READERS,
    "/admin/access/apikey/": {Role.BATCH_ADMIN, Role.AUDITOR},
    "/admin/access/auditentry/": {Role.AUDITOR},
    "/admin/auth/user/": set(),
    "/admin/workers/execution/": ALL_READERS,
    "/admin/workers/worker/": ALL_READERS,
}


def test_a_stranger_is_sent_to_the_login_page():
    answer = Client().get("/admin/")
    assert answer.status_code == 302
    page = Client().get(answer["Location"]).content.decode()
    assert "Tutup" in page
    assert "Log in" in page


def test_signing_in_leads_to_the_dashboard(user_for):
    user_for(Role.AUDITOR)
    answer = Client().post("/admin/login/", {"username": "auditor", "password": "tutup"})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")


def test_staff_without_a_role_is_not_let_in():
    person = User.objects.create_user("newcomer", password="tutup", is_staff=True)
    client = Client()
    client.force_login(person)
    assert client.get("/admin/").status_code == 302


def test_a_role_without_staff_status_is_not_let_in(user_for):
    person = user_for(Role.BATCH_ADMIN)
    User.objects.filter(pk=person.pk).update(is_staff=False)
    client = Client()
    client.force_login(person)
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("role", Role)
def test_a_list_opens_for_its_roles_and_for_no_other(visit, role):
    client = visit(role)
    for path, roles in LISTS.items():
        assert (client.get(path).status_code == 200) is (role in roles), path


@pytest.mark.parametrize("path", LISTS)
def test_a_list_opens_for_superusers_and_sends_strangers_to_the_login(visit, superuser, path):
    assert superuser.get(path).status_code == 200
    assert visit().get(path).status_code == 302


@pytest.mark.parametrize("role", Role)
def test_the_sidebar_shows_what_can_be_opened_and_nothing_else(visit, role):
    client = visit(role)
    page = client.get("/admin/").content.decode()
    for path, roles in LISTS.items():
        if path != "/admin/ledger/importreject/":  # reached from its import
            assert (f'href="{path}"' in page) is (role in roles), path


@pytest.mark.parametrize("role", [Role.WORKER, Role.INTEGRATOR])
def test_a_role_of_machines_sees_no_figures(visit, role):
    page = visit(role).get("/admin/").content.decode()
    assert "Nothing to see here for your role" in page
    assert "Last batches" not in page


def test_an_unknown_page_wears_the_same_dress(visit):
    answer = visit(Role.AUDITOR).get("/admin/nowhere/")
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "There is no such page" in page
    assert "nav-sidebar" in page


@pytest.mark.parametrize("model", ["execution", "job", "queue", "schedule", "worker"])
@pytest.mark.parametrize("key", ["abc", "-1", "9" * 30, "a/b"])
def test_what_is_no_id_of_a_row_is_not_found(visit, model, key):
    client = visit(Role.AUDITOR)
    for path in (f"/admin/workers/{model}/{key}/", f"/admin/workers/{model}/{key}/change/"):
        answer = client.get(path, follow=True)
        assert answer.status_code == 404, path
        assert "There is no such page" in answer.content.decode()
    assert client.get(f"/admin/workers/{model}/{'9' * 30}/page/").status_code == 404


def test_what_is_no_id_says_nothing_to_other_roles(visit):
    assert visit(Role.INTEGRATOR).get("/admin/workers/execution/abc/change/").status_code == 403


def test_a_forbidden_page_wears_it_too_and_names_the_roles(visit, january):
    answer = visit(Role.FINANCE_VIEWER).get("/admin/monthend/monthendbatch/start/")
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "batch_admin" in page
    assert "nav-sidebar" in page
