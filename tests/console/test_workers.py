"""Workers in the console: who is alive, how busy, what each holds."""

import time

import pytest
from django.contrib import admin
from django.test import RequestFactory

from project.access.models import AuditEntry
from project.access.roles import Role
from tests.console.engine import WORKERS, grow_old, half_done, job_page, text
from tests.workers.hands import Hand, graph, job
from workers.admin.workers.admin import WorkerAdmin
from workers.models import Worker
from workers.queries.queue_states import queue_state
from workers.services import remote
from workers.services.remote import Introduction


def page_of(worker_id: int) -> str:
    return f"{WORKERS}{worker_id}/page/"


@pytest.fixture
def remote_worker(user_for):
    """A worker with capabilities that came in over HTTP."""
    about = Introduction(
        name="gpu-1", hostname="box", slots=4, capabilities=["gpu"], metadata={"items": 7, "memoryGB": 64}, load=1
    )
    return remote.register(about, actor=user_for(Role.WORKER))


def test_the_empty_list_names_the_command(visit):
    page = text(visit(Role.AUDITOR), WORKERS)
    assert "No workers yet." in page
    assert "manage.py run_workers" in page


def test_the_list_shows_load_capabilities_and_leads_to_the_page(visit, remote_worker):
    page = text(visit(Role.FINANCE_VIEWER), WORKERS)
    assert f'href="{page_of(remote_worker.id)}"' in page
    assert "1 of 4" in page
    assert '<span class="tag">gpu</span>' in page
    assert "busy" in page


def test_stopped_workers_are_history_that_is_asked_for(visit, remote_worker):
    Worker.objects.create(name="old", hostname="box", has_session=False, slots=1, queues=["*"], stop_reason="stopped")
    Worker.objects.filter(name="old").update(stopped_at="2025-01-01T00:00Z")
    client = visit(Role.AUDITOR)
    assert ">old<" not in text(client, WORKERS)
    assert ">old<" in text(client, f"{WORKERS}?status=stopped")
    assert ">old<" in text(client, f"{WORKERS}?status=all")


def test_workers_are_filtered_by_status(visit, remote_worker):
    silent = Hand("silent")
    grow_old(silent)
    client = visit(Role.AUDITOR)
    for status, found in (("busy", "gpu-1"), ("unhealthy", "silent")):
        page = text(client, f"{WORKERS}?status={status}")
        assert [name for name in ("gpu-1", "silent") if f">{name}<" in page] == [found]


def test_a_page_shows_what_the_worker_takes_and_holds(visit):
    execution, hand = half_done()
    page = text(visit(Role.AUDITOR), page_of(hand.id))
    assert f'href="{job_page(execution, "c")}">c</a>' in page
    assert '<span class="tag">noop</span>' in page
    assert "data-live" in page


def test_metadata_of_any_name_is_shown(visit, remote_worker):
    page = text(visit(Role.AUDITOR), page_of(remote_worker.id))
    assert "items = 7" in page
    assert "memoryGB = 64" in page
    assert "registered by <b>worker</b>" in page


def test_a_silent_worker_says_since_when(visit):
    hand = Hand()
    grow_old(hand)
    page = text(visit(Role.AUDITOR), page_of(hand.id))
    assert "unhealthy" in page
    assert "Three heartbeats are missing" in page


def test_a_worker_that_holds_very_much_lists_some(visit):
    graph(*[job(f"job-{number}") for number in range(300)])
    hand = Hand(slots=300)
    hand.claim(300)
    page = text(visit(Role.AUDITOR), page_of(hand.id))
    assert "300 <small>jobs" in page
    assert "and more" in page


def test_only_administrators_give_a_worker_up_and_its_jobs_go_back(visit, user_for):
    _, hand = half_done()
    address = f"{WORKERS}{hand.id}/deregister/"
    assert address not in text(visit(Role.BATCH_OPERATOR), page_of(hand.id))
    assert visit(Role.BATCH_OPERATOR).post(address).status_code == 403
    client = visit(Role.BATCH_ADMIN)
    assert "Jobs that it holds: 1. They go to other workers at once" in text(client, address)
    page = client.post(address, follow=True).content.decode()
    assert "hand is no longer registered." in page
    assert "data-live" not in page
    assert queue_state("default").counts.active == 0
    assert AuditEntry.objects.get(operation="worker.deregister").actor_name == "batch_admin"


def test_giving_up_twice_is_refused(visit):
    hand = Hand()
    client = visit(Role.BATCH_ADMIN)
    client.post(f"{WORKERS}{hand.id}/deregister/")
    answer = client.post(f"{WORKERS}{hand.id}/deregister/")
    assert answer.status_code == 404
    assert "is not registered" in answer.content.decode()


def test_a_registration_that_was_taken_over_gives_nothing_of_the_new_one_away(visit):
    old = Hand()
    graph(job("a"))
    new = Hand()
    new.claim(1)
    client = visit(Role.BATCH_ADMIN)
    assert "deregister" not in text(client, page_of(old.id))
    dialog = text(client, f"{WORKERS}{old.id}/deregister/")
    assert "This registration has ended: nothing is left to give up." in dialog
    answer = client.post(f"{WORKERS}{old.id}/deregister/")
    assert answer.status_code == 409
    assert "hand has registered anew" in answer.content.decode()
    assert queue_state("default").counts.active == 1
    assert Worker.objects.get(pk=new.id).stopped_at is None


def test_each_look_at_the_list_keeps_its_own_statuses(database):
    page, request = WorkerAdmin(Worker, admin.site), RequestFactory().get(WORKERS)
    hand = Hand()
    (before,) = page.get_queryset(request)
    grow_old(hand)
    (after,) = page.get_queryset(request)
    assert ["unhealthy" in page.state(shown) for shown in (before, after)] == [False, True]


def test_our_own_processes_are_not_given_up_here(visit, workers):
    deadline = time.monotonic() + 60
    while (worker := Worker.objects.filter(stopped_at=None).first()) is None:
        assert time.monotonic() < deadline, "the runtime did not register"
        time.sleep(0.02)
    client = visit(Role.BATCH_ADMIN)
    page = text(client, page_of(worker.pk))
    assert "one of our own processes" in page
    assert "deregister" not in page


def test_unknown_workers_are_not_found(visit):
    for path in ("99/page/", "99/live/", "99/deregister/"):
        assert visit(Role.BATCH_ADMIN).get(f"{WORKERS}{path}").status_code == 404


def test_roles_without_a_readers_right_see_nothing(visit):
    hand = Hand()
    assert visit(Role.INTEGRATOR).get(page_of(hand.id)).status_code == 403
    assert visit(Role.INTEGRATOR).get(WORKERS).status_code == 403
