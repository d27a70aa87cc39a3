"""The console in a real Chromium: signing in, the dashboard, a batch, its dialogs, small windows, no script."""

import re

import pytest
from playwright.sync_api import expect

from batches.monthend.models import MonthEndBatch
from project.access.roles import Role
from tests.monthend.closing import initiate, wait_for

LIST = "/admin/monthend/monthendbatch/"
PAGES = [
    "/admin/",
    LIST,
    f"{LIST}start/",
    f"{LIST}2025-01-MONTHEND/page/",
    f"{LIST}2025-01-MONTHEND/reverse/move/",
    "/admin/ledger/journalentry/",
    "/admin/ledger/transactionimport/",
    "/admin/ledger/importreject/",
    "/admin/ledger/postingrule/",
    "/admin/ledger/postingrule/add/",
    "/admin/ledger/accountingperiod/",
    "/admin/ledger/prerequisite/",
    "/admin/ledger/periodbalance/",
    "/admin/access/apikey/",
    "/admin/workers/execution/",
    "/admin/workers/worker/",
]
CONTRAST = """
() => {
  const channel = (value) => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const paint = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = paint(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const poor = [];
  for (const element of document.querySelectorAll(".console *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility() || element.matches("option, .spoken")) continue;
    const [a, b] = [light(paint(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const text = element.textContent.trim().slice(0, 30);
    if (ratio < 4.5) poor.push(`${element.className || element.tagName}: ${ratio.toFixed(2)} ${text}`);
  }
  return poor;
}
"""


def test_signing_in_with_a_wrong_password_says_so_and_with_the_right_one_leads_in(visitor, user_for):
    user_for(Role.AUDITOR)
    guest = visitor()
    page = guest.open("/admin/login/")
    page.fill("[name=username]", "auditor")
    page.fill("[name=password]", "wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Please enter the correct username and password")).to_be_visible()
    guest.sign_in("auditor")
    expect(page.get_by_role("heading", name="Needs attention")).to_be_visible()


def test_the_dashboard_of_a_running_batch_refreshes_by_itself(visitor, january, workers, gate):
    posting = gate("month_end.post")
    page = visitor(Role.BATCH_ADMIN).page
    batch = initiate()
    posting.wait_until_reached()
    page.goto("/admin/")
    expect(page.get_by_text("step 3 of 6")).to_be_visible()
    posting.open()
    wait_for(batch, "COMMITTED")
    expect(page.get_by_text("2025-01 is posted")).to_be_visible(timeout=15_000)


def test_a_batch_page_refreshes_until_the_batch_has_ended(visitor, january, workers, gate):
    posting = gate("month_end.post")
    batch = initiate()
    posting.wait_until_reached()
    page = visitor(Role.FINANCE_VIEWER).open(f"{LIST}{batch.batch_id}/page/")
    expect(page.get_by_text("4 waiting").or_(page.get_by_text("1 running")).first).to_be_visible()
    posting.open()
    expect(page.get_by_role("heading", name="Certificate 1")).to_be_visible(timeout=15_000)
    assert page.locator("[data-live]").count() == 0


def test_aborting_in_a_dialog_with_the_keyboard(visitor, january):
    batch = initiate()
    page = visitor(Role.BATCH_ADMIN).open(f"{LIST}{batch.batch_id}/page/")
    opener = page.get_by_role("link", name="Abort…")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("The workers of 2025-01-MONTHEND stop at once.")).to_be_visible()
    expect(dialog.get_by_label("Reason")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("Detected data quality issue")
    dialog.get_by_role("button", name="Abort").press("Enter")
    expect(page.get_by_text("2025-01-MONTHEND is being aborted.")).to_be_visible()
    batch.refresh_from_db()
    assert (batch.status, batch.reason) == ("ABORTING", "Detected data quality issue")


def test_a_refused_move_shows_the_services_words(visitor, january, workers, gate):
    committing = gate("month_end.commit")
    batch = initiate()
    committing.wait_until_reached()
    visiting = visitor(Role.BATCH_ADMIN)
    page = visiting.open(f"{LIST}{batch.batch_id}/page/")
    page.get_by_role("link", name="Abort…").click()
    page.get_by_label("Reason").fill("too late")
    committing.open()
    wait_for(batch, "COMMITTED")
    page.get_by_role("dialog").get_by_role("button", name="Abort").click()
    expect(page.get_by_text("is COMMITTED and cannot be aborted")).to_be_visible()
    # the browser tells of every answer that isn't a success
    visiting.troubles = [trouble for trouble in visiting.troubles if "409" not in trouble]


def test_starting_a_close_from_the_dashboard(visitor, january):
    page = visitor(Role.BATCH_ADMIN).page
    page.get_by_role("link", name="Close it…").click()
    page.get_by_label("Ranges").fill("3")
    page.get_by_role("button", name="Start the close").click()
    expect(page.get_by_text("2025-01-MONTHEND has started.")).to_be_visible()
    assert MonthEndBatch.objects.get().worker_count == 3


def test_the_proof_opens_in_a_dialog(visitor, january, close):
    batch = close()
    page = visitor(Role.AUDITOR).open(f"{LIST}{batch.batch_id}/page/")
    page.get_by_role("button", name="Prove it").click()
    expect(page.get_by_role("dialog").get_by_role("heading", name="proved 2025-01-MONTHEND")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_is_wider_than_its_window(visitor, january, close, width):
    close()
    visiting = visitor(Role.BATCH_ADMIN, width=width)
    wide = {}
    for path in PAGES:
        visiting.open(path)
        if over := visiting.overflow():
            wide[path] = over
    assert wide == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(visitor, january, close, scheme):
    close()
    visiting = visitor(Role.BATCH_ADMIN, color_scheme=scheme)
    poor = {}
    for path in ["/admin/", f"{LIST}2025-01-MONTHEND/page/", f"{LIST}2025-01-MONTHEND/reverse/move/", f"{LIST}start/"]:
        page = visiting.open(path)
        expect(page.locator("html")).to_have_class(re.compile(r"^dark$" if scheme == "dark" else r"^(light)?$"))
        if found := page.evaluate(CONTRAST):
            poor[path] = found
    assert poor == {}


@pytest.mark.parametrize("width", [390, 1440])
def test_without_scripts_everything_can_be_read_and_done(visitor, january, width):
    visiting = visitor(Role.BATCH_ADMIN, scripts=False, width=width)
    page = visiting.page
    expect(page.get_by_role("heading", name="Needs attention")).to_be_visible()
    expect(page.get_by_role("link", name="Journal")).to_be_visible()
    batch = initiate()
    page.goto(f"{LIST}{batch.batch_id}/page/")
    page.get_by_role("link", name="Abort…").click()
    page.get_by_label("Reason").fill("no script here")
    page.get_by_role("button", name="Abort").click()
    expect(page.get_by_text("2025-01-MONTHEND is being aborted.")).to_be_visible()


def test_focus_can_be_seen(visitor, january):
    page = visitor(Role.BATCH_ADMIN).page
    link = page.get_by_role("link", name="Close it…")
    link.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert link.evaluate("(one) => getComputedStyle(one).outlineStyle") == "solid"


def test_the_menu_and_the_way_out_are_reached_by_keyboard(visitor):
    page = visitor(Role.AUDITOR, width=390).page
    menu = page.get_by_role("button", name="Menu")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Journal")).to_be_visible()
    page.locator("details.person summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Log out").press("Enter")
    page.wait_for_load_state()
    page.goto("/admin/")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()


def test_the_server_going_away_is_said_and_not_hidden(visitor):
    visiting = visitor(Role.AUDITOR)
    page = visiting.page
    page.route("**/admin/live/", lambda route: route.abort())
    page.goto("/admin/")
    page.clock.install()
    page.goto("/admin/")
    page.clock.run_for(16_000)
    expect(page.get_by_text("the server does not answer")).to_be_visible()
    visiting.troubles = [trouble for trouble in visiting.troubles if "ERR_FAILED" not in trouble]
