"""The engine's pages in a real Chromium: they refresh, their dialogs work by keyboard, they fit, they can be read."""

import re

import pytest
from playwright.sync_api import expect

from project.access.roles import Role
from project.postgres import sql
from tests.console.engine import (
    EXECUTIONS,
    QUEUES,
    SCHEDULES,
    WORKERS,
    ended,
    half_done,
    job_page,
    page_of,
    queue_address,
)
from tests.console.test_browser import CONTRAST
from tests.workers.hands import Hand, graph, job
from workers.models import Schedule
from workers.queries.queue_states import pauses
from workers.services import queues, schedules


@pytest.fixture
def pages(user_for):
    """Addresses of every page of the engine, with something on each."""
    running, hand = half_done()
    over = ended()
    layers = [
        job(f"step-{place:03}", *([f"step-{place - 20:03}"] if place >= 20 else []), type=f"type-{place % 3}")
        for place in range(200)
    ]
    large = graph(*layers)
    schedules.create_schedule(name="nightly", workflow="w", jobs=[{"id": "one", "type": "noop"}], cron="0 2 * * *")
    queues.pause(queue="default", reason="a reason", actor=user_for(Role.BATCH_ADMIN))
    sql.execute(
        "INSERT INTO throughput (queue_id, minute, completed, failed)"
        " SELECT q.id, date_trunc('minute', now()) - make_interval(mins => m), 40 + m, m % 7"
        " FROM queue q, generate_series(1, 50) m"
    )
    return [
        "/admin/",
        EXECUTIONS,
        page_of(running),
        page_of(over),
        page_of(large),
        f"{EXECUTIONS}{running.pk}/cancel/move/",
        job_page(running, "b"),
        job_page(running, "d"),
        QUEUES,
        f"{queue_address()}page/",
        f"{queue_address()}pause/move/",
        f"{queue_address()}limits/move/",
        WORKERS,
        f"{WORKERS}{hand.id}/page/",
        SCHEDULES,
        f"{SCHEDULES}{Schedule.objects.get().pk}/page/",
    ]


@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_is_wider_than_its_window(visitor, pages, width):
    visiting = visitor(Role.BATCH_ADMIN, width=width)
    wide = {}
    for path in pages:
        visiting.open(path)
        if over := visiting.overflow():
            wide[path] = over
    assert wide == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(visitor, pages, scheme):
    visiting = visitor(Role.BATCH_ADMIN, color_scheme=scheme)
    poor = {}
    for path in pages:
        page = visiting.open(path)
        expect(page.locator("html")).to_have_class(re.compile(r"^dark$" if scheme == "dark" else r"^(light)?$"))
        if found := page.evaluate(CONTRAST):
            poor[path] = found
    assert poor == {}


def test_a_running_execution_refreshes_until_it_has_ended(visitor):
    execution = graph(job("a"), job("b", "a"))
    hand = Hand()
    claimed = hand.claim(1)
    page = visitor(Role.FINANCE_VIEWER).open(page_of(execution))
    expect(page.locator("svg.jobs .job.busy")).to_have_count(1)
    hand.complete(*claimed)
    expect(page.locator("svg.jobs .job.good")).to_have_count(1)
    hand.complete(*hand.claim(1))
    expect(page.locator("svg.jobs .job.good")).to_have_count(2, timeout=10_000)
    expect(page.locator("[data-live]")).to_have_count(0)


def test_pausing_a_queue_in_a_dialog_with_the_keyboard(visitor):
    graph(job("a"))
    page = visitor(Role.BATCH_OPERATOR).open(f"{queue_address()}page/")
    opener = page.get_by_role("link", name="Pause…")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("migration")
    dialog.get_by_label("For", exact=True).select_option("1 hour")
    dialog.get_by_role("button", name="Pause").press("Enter")
    expect(page.get_by_text("default paused.")).to_be_visible()
    expect(page.get_by_text("migration")).to_be_visible()
    assert pauses()[0].until is not None


def test_a_job_is_reached_from_the_graph_by_keyboard_and_the_graph_can_be_passed_over(visitor):
    execution, _ = half_done()
    page = visitor(Role.AUDITOR).open(page_of(execution))
    skip = page.get_by_role("link", name="Go on to the list of jobs")
    skip.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_title("a | Tutup")
    page.go_back()
    skip.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#jobs$"))


def test_cancelling_from_the_page(visitor):
    execution, _ = half_done()
    page = visitor(Role.BATCH_OPERATOR).open(page_of(execution))
    page.get_by_role("link", name="Cancel execution…").click()
    page.get_by_label("Reason").fill("wrong input")
    page.get_by_role("dialog").get_by_role("button", name="Cancel execution").click()
    expect(page.get_by_text(re.compile(r"^Cancelled .*: wrong input"))).to_be_visible()


def test_a_filter_of_jobs_stays_while_the_page_refreshes(visitor):
    execution, _ = half_done()
    page = visitor(Role.AUDITOR).open(f"{page_of(execution)}?state=failed")
    rows = page.locator("table.wide tbody tr")
    expect(rows).to_have_count(1)
    with page.expect_response("**/live/?state=failed"):
        pass
    expect(rows).to_have_count(1)


def test_without_scripts_a_queue_is_limited(visitor):
    page = visitor(Role.BATCH_OPERATOR, scripts=False).open(f"{queue_address()}page/")
    page.get_by_role("link", name="Limits…").click()
    page.get_by_label("Jobs active at once").fill("3")
    page.get_by_role("button", name="Limits").click()
    expect(page.get_by_text("3 jobs")).to_be_visible()
