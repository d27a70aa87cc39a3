"""Executions in the console: the list, a page with graph, reasons and jobs, and the moves that are legal."""

import re

import pytest

from project.access.models import AuditEntry
from project.access.roles import Role
from project.postgres import sql
from tests.console.engine import EXECUTIONS, ended, half_done, job_page, page_of, text
from tests.workers.hands import Hand, graph, job
from workers.models import Execution, FinishedJob
from workers.services import queues


def test_the_empty_list_says_what_belongs_there(visit):
    page = text(visit(Role.AUDITOR), EXECUTIONS)
    assert "No executions yet." in page
    assert "manage.py close_month" in page


def test_the_list_shows_how_far_each_is_and_leads_to_its_page(visit):
    execution, _ = half_done()
    page = text(visit(Role.FINANCE_VIEWER), EXECUTIONS)
    assert f'href="{page_of(execution)}"' in page
    assert "3 of 6" in page
    assert "running" in page


@pytest.mark.parametrize("query", ["q=exec-{id}", "q={id}", "q=tes", "status__exact=running", "workflow=test"])
def test_executions_are_found_by_id_workflow_and_status(visit, query):
    execution, _ = half_done()
    found = text(visit(Role.AUDITOR), f"{EXECUTIONS}?{query.format(id=execution.pk)}")
    assert page_of(execution) in found


@pytest.mark.parametrize("query", ["q=exec-99", "q=" + "9" * 40, "q=other", "status__exact=failed", "workflow=other"])
def test_what_does_not_match_is_not_shown(visit, query):
    half_done()
    assert "No executions match." in text(visit(Role.AUDITOR), f"{EXECUTIONS}?{query}")


def test_a_page_shows_counts_graph_and_jobs(visit):
    execution, _ = half_done()
    page = text(visit(Role.AUDITOR), page_of(execution))
    assert "1 completed, 1 failed, 1 cancelled, 1 active of 6 jobs" in page
    assert page.count('class="job ') == 6
    assert "a: completed, noop</title>" in page
    assert "card declined" in page
    for key in "abcdef":
        assert f'href="{job_page(execution, key)}">{key}</a>' in page


def test_a_page_says_why_jobs_are_not_running(visit):
    execution, _ = half_done()
    page = text(visit(Role.AUDITOR), page_of(execution))
    assert "Wait for other jobs of the execution." in page
    assert "has a handler for type &quot;elsewhere&quot;" in page
    assert "Run on worker &quot;hand&quot;" in page
    assert "/admin/workers/worker/?q=hand" in page


def test_a_pause_is_a_reason_that_leads_to_the_queue(visit, user_for):
    execution = graph(job("a"))
    queues.pause(queue="default", reason="migration", actor=user_for(Role.BATCH_OPERATOR))
    page = text(visit(Role.AUDITOR), page_of(execution))
    assert "paused by batch_operator" in page
    assert re.search(r'href="/admin/workers/queue/\d+/page/">queue</a>', page)


def test_an_execution_that_has_ended_has_no_reasons_and_does_not_ask_again(visit):
    execution = ended()
    client = visit(Role.AUDITOR)
    page = text(client, page_of(execution))
    assert "Why it is where it is" not in page
    assert "data-live" not in page
    assert client.get(f"{EXECUTIONS}{execution.pk}/live/")["X-Live"] == "no"


def test_the_fragment_of_a_running_one_asks_to_be_asked_again(visit):
    execution, _ = half_done()
    client = visit(Role.AUDITOR)
    answer = client.get(f"{EXECUTIONS}{execution.pk}/live/")
    assert answer["X-Live"] == "yes"
    assert "<html" not in answer.content.decode()
    assert "data-live" in text(client, page_of(execution))


def test_jobs_are_filtered_by_state(visit):
    execution, _ = half_done()
    page = text(visit(Role.AUDITOR), f"{page_of(execution)}?state=failed")
    assert re.findall(r'<a class="id" href="[^"]*/job/[^"]*">(\w)</a>', page) == ["b"]
    assert "No job is delayed." in text(visit(Role.AUDITOR), f"{page_of(execution)}?state=delayed")


def test_many_jobs_come_in_pages(visit):
    execution = graph(*[job(f"job-{number:03}") for number in range(120)])
    client = visit(Role.AUDITOR)
    seen, path = [], page_of(execution)
    for _ in range(4):
        page = text(client, path)
        seen += re.findall(r'<a class="id" href="[^"]*/job/[^"]*">([\w-]+)</a>', page)
        following = re.search(r'href="([^"]+)#jobs" rel="next"', page)
        if not following:
            break
        path = following[1].replace("&amp;", "&")
    assert seen == [f"job-{number:03}" for number in range(120)]
    assert "First page" in page


@pytest.mark.parametrize("query", ["after=x", "after=-1", "after=" + "9" * 30, "state=nonsense"])
def test_a_query_that_says_nothing_is_ignored(visit, query):
    execution, _ = half_done()
    assert "a: completed" in text(visit(Role.AUDITOR), f"{page_of(execution)}?{query}")


def test_a_large_execution_is_drawn_in_boxes_of_alike_jobs(visit):
    execution = graph(job("first"), *[job(f"fan-{number}", "first") for number in range(500)])
    page = text(visit(Role.AUDITOR), page_of(execution))
    assert "500 noop" in page
    assert "A box with several jobs" in page


def test_unknown_executions_are_not_found(visit):
    assert visit(Role.AUDITOR).get(f"{EXECUTIONS}99/page/").status_code == 404
    assert visit(Role.AUDITOR).get(f"{EXECUTIONS}99/live/").status_code == 404


def test_roles_without_a_readers_right_see_nothing(visit):
    execution = graph(job("a"))
    assert visit(Role.INTEGRATOR).get(page_of(execution)).status_code == 403
    assert visit().get(page_of(execution)).status_code == 302


# --- moves


def move(execution: Execution, verb: str) -> str:
    return f"{EXECUTIONS}{execution.pk}/{verb}/move/"


def test_only_legal_moves_are_offered(visit):
    running, _ = half_done()
    client = visit(Role.BATCH_OPERATOR)
    page = text(client, page_of(running))
    assert move(running, "cancel") in page
    assert move(running, "retry") not in page
    over = ended()
    page = text(client, page_of(over))
    assert move(over, "cancel") not in page
    assert move(over, "retry") in page


def test_no_moves_are_offered_with_what_the_product_started(visit):
    running, over = graph(job("a", type="month_end.plan")), ended()
    sql.execute("UPDATE lane SET internal = true WHERE type <> 'month_end.plan'")
    client = visit(Role.BATCH_OPERATOR)
    for execution in (running, over):
        assert "/move/" not in text(client, page_of(execution))
    assert "rerun" not in text(client, job_page(over, "b"))


def test_viewers_are_offered_none_and_may_do_none(visit):
    execution, _ = half_done()
    client = visit(Role.FINANCE_VIEWER)
    assert "/move/" not in text(client, page_of(execution))
    for verb in ("cancel", "retry"):
        assert client.post(move(execution, verb), {"reason": "no"}).status_code == 403
    assert client.post(job_page(execution, "a").replace("page", "rerun")).status_code == 403


def test_cancelling_says_what_will_happen_and_asks_why(visit):
    execution, _ = half_done()
    client = visit(Role.BATCH_OPERATOR)
    page = text(client, move(execution, "cancel"))
    assert "2 jobs that have not begun are cancelled at once." in page
    assert "1 active jobs are taken from their workers." in page
    assert "Say why" in client.post(move(execution, "cancel"), {"reason": ""}).content.decode()
    answer = client.post(move(execution, "cancel"), {"reason": "wrong input"}, follow=True)
    assert f"exec-{execution.pk} is being cancelled." in answer.content.decode()
    execution.refresh_from_db()
    assert execution.cancel_reason == "wrong input"
    assert AuditEntry.objects.get(operation="execution.cancel").actor_name == "batch_operator"


def test_retrying_runs_what_failed_in_a_new_execution(visit):
    execution = ended()
    client = visit(Role.BATCH_ADMIN)
    assert "runs the 2 failed and cancelled jobs again" in text(client, move(execution, "retry"))
    answer = client.post(move(execution, "retry"), follow=True)
    again = Execution.objects.get(rerun_of=execution)
    page = answer.content.decode()
    assert f"exec-{again.pk} runs them again." in page
    assert answer.redirect_chain == [(page_of(again), 302)]
    assert page_of(execution) in page
    assert page_of(again) in text(client, page_of(execution))


def test_a_retry_that_comes_twice_is_refused_in_the_services_words(visit):
    execution = ended()
    client = visit(Role.BATCH_ADMIN)
    client.post(move(execution, "retry"))
    answer = client.post(move(execution, "retry"))
    assert answer.status_code == 409
    assert "has not ended" in answer.content.decode()


def test_moves_that_do_not_exist_are_not_found(visit):
    execution = graph(job("a"))
    assert visit(Role.BATCH_ADMIN).get(move(execution, "explode")).status_code == 404


# --- a job


def test_a_jobs_page_shows_its_attempts_data_and_neighbours(visit):
    execution = graph(job("a", payload={"rows": 3}, max_attempts=2, backoff_seconds=0.0), job("b", "a"))
    hand = Hand()
    hand.end(*hand.claim(1), error="connection lost")
    hand.complete(*hand.claim(1), output={"sum": 6})
    page = text(visit(Role.AUDITOR), job_page(execution, "a"))
    for shown in (
        "connection lost",
        "retried",
        "&quot;rows&quot;: 3",
        "&quot;sum&quot;: 6",
        "b: waiting, noop</title>",
    ):
        assert shown in page, shown
    assert "data-live" not in page


def test_a_job_that_waits_says_for_what(visit):
    execution, _ = half_done()
    page = text(visit(Role.AUDITOR), job_page(execution, "d"))
    assert "Waits for &quot;c&quot; (active)." in page
    assert "No worker has had it yet." in page
    assert 'data-moving="yes"' in page


def test_requirements_are_shown(visit):
    execution = graph(job("a", requires=("gpu", "memoryGB >= 32")))
    page = text(visit(Role.AUDITOR), job_page(execution, "a"))
    assert "memoryGB &gt;= 32" in page


def test_running_again_from_a_job_leads_to_the_new_execution(visit):
    execution = ended()
    client = visit(Role.BATCH_OPERATOR)
    address = job_page(execution, "a").replace("page", "rerun")
    assert address in text(client, job_page(execution, "a"))
    assert "everything that depends on it" in text(client, address)
    answer = client.post(address, follow=True)
    again = Execution.objects.get(rerun_of=execution)
    assert f"exec-{again.pk} runs it again." in answer.content.decode()
    assert again.total == 1


def test_a_job_of_a_running_execution_cannot_run_again_yet(visit):
    execution, _ = half_done()
    client = visit(Role.BATCH_OPERATOR)
    assert "rerun" not in text(client, job_page(execution, "a"))
    answer = client.post(job_page(execution, "a").replace("page", "rerun"))
    assert answer.status_code == 409
    assert "has not ended" in answer.content.decode()


def test_jobs_that_are_gone_are_not_found(visit):
    assert visit(Role.AUDITOR).get("/admin/workers/job/12345/page/").status_code == 404
    assert visit(Role.AUDITOR).get("/admin/workers/job/12345/live/").status_code == 404


def test_an_execution_whose_jobs_are_no_longer_kept_still_opens(visit):
    execution = Execution.objects.create(workflow="old", status="completed", total=3, completed=3)
    page = text(visit(Role.AUDITOR), page_of(execution))
    assert "Its jobs are no longer kept." in page
    assert not FinishedJob.objects.exists()
