"""Queues in the console: all on one page, one on its own, and the hands to pause, limit and drain them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from project.access.models import AuditEntry
from project.access.roles import Role
from tests.console.engine import QUEUES, half_done, queue_address, text
from tests.workers.hands import Hand, graph, job
from workers.models import Queue, QueuePause, Throughput
from workers.queries.queue_states import pauses, queue_state
from workers.services import queues


def move(verb: str, name: str = "default") -> str:
    return f"{queue_address(name)}{verb}/move/"


def test_all_queues_stand_on_one_page_with_their_counts(visit):
    half_done()
    graph(job("x", queue="reports"), job("y", "x", queue="reports"))
    page = text(visit(Role.FINANCE_VIEWER), QUEUES)
    assert f'href="{queue_address()}page/">default</a>' in page
    assert f'href="{queue_address("reports")}page/">reports</a>' in page
    assert page.count("open</span>") == 2


def test_no_queues_at_all_name_what_makes_one(visit):
    Queue.objects.all().delete()
    page = text(visit(Role.AUDITOR), QUEUES)
    assert "No queues yet." in page
    assert "manage.py" in page


def test_a_queues_page_counts_by_state_and_priority(visit):
    half_done()
    graph(job("hot", priority="high"), job("later", delay_seconds=600))
    page = text(visit(Role.AUDITOR), f"{queue_address()}page/")
    for shown in ("waiting", "behind others", '<th scope="row">high</th>', '<th scope="row">normal</th>', "no limit"):
        assert shown in page, shown


def test_djangos_own_address_of_a_queue_leads_to_its_page(visit):
    answer = visit(Role.AUDITOR).get(f"{queue_address()}change/")
    assert (answer.status_code, answer["Location"]) == (302, f"{queue_address()}page/")


def test_the_last_hour_is_drawn(visit):
    Hand().complete(*_claimed(3))
    queue = Queue.objects.get(name="default")
    Throughput.objects.create(
        queue=queue,
        minute=timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=30),
        completed=5,
        failed=2,
    )
    page = text(visit(Role.AUDITOR), f"{queue_address()}page/")
    assert "5 completed, 2 failed</title>" in page
    assert "highest 7" in page
    assert page.count('class="room"') == 60


def _claimed(count):
    graph(*[job(f"job-{number}") for number in range(count)])
    return Hand().claim(count)


def test_a_queue_in_which_nothing_ended_says_so(visit):
    assert "No job of this queue ended in the last hour." in text(visit(Role.AUDITOR), f"{queue_address()}page/")


def test_viewers_have_no_hands(visit):
    client = visit(Role.FINANCE_VIEWER)
    for page in (text(client, QUEUES), text(client, f"{queue_address()}page/")):
        assert "data-dialog" not in page
    for verb in ("pause", "resume", "limits", "drain"):
        assert client.get(move(verb)).status_code == 403
        assert client.post(move(verb), {"reason": "no"}).status_code == 403
    assert client.post(f"{QUEUES}pause/all/", {"reason": "no"}).status_code == 403
    assert not QueuePause.objects.exists()


def test_roles_without_a_readers_right_see_nothing(visit):
    assert visit(Role.WORKER).get(QUEUES).status_code == 403
    assert visit().get(QUEUES).status_code == 302


def test_pausing_with_a_reason_shows_who_and_why(visit):
    graph(job("a"))
    client = visit(Role.BATCH_OPERATOR)
    answer = client.post(move("pause"), {"reason": "The warehouse moves"}, follow=True)
    page = answer.content.decode()
    assert "default paused." in page
    assert "The warehouse moves" in page
    assert "by <b>batch_operator</b>" in page
    assert "until somebody resumes" in page
    assert move("resume") in page
    assert move("pause") not in page
    assert AuditEntry.objects.get(operation="queue.pause").target == "default"
    assert queue_state("default").counts.paused == 1
    assert "The warehouse moves" in text(client, QUEUES)
    assert "Queue default is paused by batch_operator (The warehouse moves)" in text(client, "/admin/")


def test_a_reason_is_needed(visit):
    answer = visit(Role.BATCH_OPERATOR).post(move("pause"), {"reason": ""})
    assert "Say why" in answer.content.decode()
    assert pauses() == []


def test_a_pause_may_end_by_itself(visit):
    client = visit(Role.BATCH_OPERATOR)
    client.post(move("pause"), {"reason": "short", "minutes": "15"})
    left = pauses()[0].until - timezone.now()
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)
    later = timezone.now() + timedelta(days=2)
    client.post(move("pause"), {"reason": "long", "until": f"{later:%Y-%m-%dT%H:%M}"})
    assert pauses()[0].until == later.replace(second=0, microsecond=0)


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"minutes": "15", "until": "2090-01-01T00:00"}, "Choose either a length of time or a moment."),
        ({"until": "2020-01-01T00:00"}, "This moment has passed."),
        ({"until": "tomorrow"}, "Enter a valid date/time."),
        ({"minutes": "7"}, "Select a valid choice."),
    ],
)
def test_an_end_that_cannot_be_is_refused(visit, answers, told):
    answer = visit(Role.BATCH_OPERATOR).post(move("pause"), {"reason": "why", **answers})
    assert told in answer.content.decode()
    assert pauses() == []


def test_resuming_ends_the_pause(visit, user_for):
    queues.pause(queue="default", reason="x", actor=user_for(Role.BATCH_ADMIN))
    client = visit(Role.BATCH_OPERATOR)
    page = client.post(move("resume"), follow=True).content.decode()
    assert "default resumed." in page
    assert pauses() == []


def test_all_queues_are_paused_and_resumed_together(visit):
    client = visit(Role.BATCH_ADMIN)
    page = client.post(f"{QUEUES}pause/all/", {"reason": "night work"}, follow=True).content.decode()
    assert "All queues paused." in page
    assert "All queues are paused" in page
    assert "night work" in page
    assert f"{QUEUES}resume/all/" in page
    assert "All queues are paused" in text(client, f"{queue_address()}page/")
    assert "All queues are paused by batch_admin (night work)" in text(client, "/admin/")
    page = client.post(f"{QUEUES}resume/all/", follow=True).content.decode()
    assert "All queues resumed." in page
    assert pauses() == []


def test_resuming_one_queue_under_a_pause_of_all_says_that_it_stays(visit, user_for):
    for queue in (None, "default"):
        queues.pause(queue=queue, reason="x", actor=user_for(Role.BATCH_ADMIN))
    assert "All queues are paused besides" in text(visit(Role.BATCH_ADMIN), move("resume"))


def test_resuming_all_says_how_many_queues_stay_paused(visit, user_for):
    queues.create_queue(name="reports")
    person = user_for(Role.BATCH_ADMIN)
    queues.pause(queue=None, reason="x", actor=person)
    client = visit(Role.BATCH_ADMIN)
    assert "of their own" not in text(client, f"{QUEUES}resume/all/")
    for queue in ("default", "reports"):
        queues.pause(queue=queue, reason="x", actor=person)
    assert "Queues with a pause of their own, which stay paused: 2." in text(client, f"{QUEUES}resume/all/")


@pytest.mark.parametrize("verb", ["drain", "limits", "explode"])
def test_all_queues_can_only_be_paused_and_resumed(visit, verb):
    assert visit(Role.BATCH_ADMIN).get(f"{QUEUES}{verb}/all/").status_code == 404


def test_limits_are_shown_in_the_form_and_set(visit):
    queues.change_queue(name="default", concurrency=3, rate_limit=10, rate_seconds=60.0)
    client = visit(Role.BATCH_OPERATOR)
    form = text(client, move("limits"))
    for shown in ('value="3"', 'value="10"', 'value="60.0"', 'value="600.0"'):
        assert shown in form, shown
    answers = {"concurrency": "7", "rate_limit": "", "rate_seconds": "", "horizon_seconds": "900"}
    page = client.post(move("limits"), answers, follow=True).content.decode()
    assert "7 jobs" in page
    queue = Queue.objects.get(name="default")
    assert (queue.concurrency, queue.rate_limit, queue.rate_seconds) == (7, None, None)
    assert queue.horizon == timedelta(minutes=15)


@pytest.mark.parametrize(
    "answers",
    [
        {"concurrency": "0"},
        {"rate_limit": "5"},
        {"rate_seconds": "5"},
        {"rate_limit": "5", "rate_seconds": "0"},
        {"horizon_seconds": ""},
        {"horizon_seconds": "-1"},
        {"concurrency": "9" * 30},
        {"rate_limit": "5", "rate_seconds": "nan"},
    ],
)
def test_limits_that_cannot_be_are_refused_and_change_nothing(visit, answers):
    answer = visit(Role.BATCH_OPERATOR).post(move("limits"), {"horizon_seconds": "600", **answers})
    assert answer.status_code in {200, 400, 409}
    assert "refusal" in answer.content.decode()
    queue = Queue.objects.get(name="default")
    assert (queue.concurrency, queue.rate_limit) == (None, None)


def test_draining_cancels_what_waits_and_lets_the_rest_run(visit):
    half_done()
    graph(job("x"), job("later", delay_seconds=600))
    client = visit(Role.BATCH_OPERATOR)
    page = text(client, move("drain"))
    assert "2 waiting and 1 delayed jobs are cancelled for good." in page
    assert "1 active jobs go on." in page
    client.post(move("drain"), {"reason": "poison"})
    counts = queue_state("default").counts
    assert (counts.waiting, counts.delayed, counts.active) == (0, 0, 1)
    assert AuditEntry.objects.get(operation="queue.drain").details == {"reason": "poison", "cancelled": 3}
    assert move("drain") not in text(client, f"{queue_address()}page/")


def test_unknown_queues_are_not_found(visit):
    client = visit(Role.BATCH_ADMIN)
    for path in ("99/page/", "99/live/", "99/pause/move/"):
        assert client.get(f"{QUEUES}{path}").status_code == 404


def test_a_name_that_is_hard_to_put_into_an_address_works(visit):
    name = '../a "b" <c> ?d#e/'
    queues.create_queue(name=name)
    client = visit(Role.BATCH_OPERATOR)
    assert "&lt;c&gt;" in text(client, QUEUES)
    assert "../a &quot;b&quot; &lt;c&gt; ?d#e/" in text(client, f"{queue_address(name)}page/")
