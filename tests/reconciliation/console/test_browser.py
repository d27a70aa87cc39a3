"""Mismatches in a real Chromium: judged by keyboard, previewed and repaired, and readable wide and narrow."""

import os
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from project.access.roles import Role
from reconciliation.models import Coverage, Mismatch, MismatchEvent, ReconciliationRange, Repair
from reconciliation.services.resolve import resolve
from tests.console.test_browser import CONTRAST
from tests.reconciliation import rows, tables
from tests.reconciliation.tables import put, read, run

SHOTS = os.environ.get("SCREENSHOTS")  # a folder and the beginning of names, to look at the pages
LIST = "/admin/reconciliation/mismatch/"
JOBS = "/admin/reconciliation/reconciliationjob/"


@pytest.fixture
def found(job):
    """Three mismatches: values that differ, a row that the target lacks, one that the source lacks."""
    put("source", 1, note="NULL")
    put("target", 1, status="'packed'", amount="120.05", note="''", photo=r"'\x01'", tags="ARRAY['b']")
    put("source", 2)
    put("target", 3)
    kept = [tables.mismatch(job, number) for number in (1, 2, 3)]
    for place, one in enumerate(kept):
        Mismatch.objects.filter(pk=one.pk).update(
            detected_at=timezone.now() - timedelta(days=3, minutes=place), times_seen=5
        )
        MismatchEvent.objects.create(mismatch=one, name="detected", job=job)
    return kept


@pytest.fixture
def pages(found, job, mapping):
    """Every page of jobs, mismatches and repairs with something on it."""
    running = tables.job(rows.mapping("users", columns=mapping.columns), status="RUNNING", source_rows=None)
    states = ["EQUAL"] * 30 + ["DIFFERENT", "FAILED", "SPLIT", "COUNTED"] + ["PENDING"] * 20
    for owner in (job, running):
        ReconciliationRange.objects.bulk_create(
            ReconciliationRange(job=owner, number=number, state=state, source_rows=1000, target_rows=1000, error="late")
            for number, state in enumerate(states)
        )
    Coverage.objects.create(mapping=mapping, job=job, mapping_version=1, canonical_version=1, rows=1000)
    Repair.objects.create(mismatch=found[0], action="update", outcome="refused", note="The row has changed since.")
    return {
        "dashboard": "/admin/",
        "list": LIST,
        "mismatch": f"{LIST}{found[0].pk}/page/",
        "missing": f"{LIST}{found[1].pk}/page/",
        "resolve": f"{LIST}{found[0].pk}/resolve/move/",
        "stale": f"{LIST}{found[0].pk}/resolve/move/?version=9",
        "repair": f"{LIST}{found[0].pk}/repair/",
        "repair-refused": f"{LIST}{found[2].pk}/repair/",
        "all": f"{LIST}all/ignore/",
        "repair-all": f"{LIST}all/repair/",
        "jobs": JOBS,
        "job": f"{JOBS}{job.pk}/page/",
        "job-running": f"{JOBS}{running.pk}/page/",
        "start": f"{JOBS}start/",
        "repairs": "/admin/reconciliation/repair/",
    }


def test_a_mismatch_is_judged_by_keyboard_and_the_next_one_follows(visitor, found):
    page = visitor(Role.RECONCILIATION_OPERATOR).open(f"{LIST}?table=orders")
    page.get_by_role("link", name="1", exact=True).click()
    expect(page.locator(".neighbours")).to_contain_text("1 of 3")
    expect(page.locator("tr.differs")).to_have_count(5)
    page.keyboard.press("j")
    expect(page.locator(".neighbours")).to_contain_text("2 of 3")
    assert page.url.endswith(f"{found[1].pk}/page/?table=orders")
    page.keyboard.press("k")
    expect(page.locator(".neighbours")).to_contain_text("1 of 3")
    page.get_by_role("link", name="Mark resolved…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Note")).to_be_focused()
    page.keyboard.type("jk written by hand")  # letters in a field lead nowhere
    dialog.get_by_role("button", name="Mark resolved").click()
    page.wait_for_url(f"**/{found[0].pk}/page/?table=orders")
    expect(page.locator("header.head")).to_contain_text("MANUAL RESOLVED")
    expect(page.locator("header.head")).to_contain_text("by reconciliation_operator: jk written by hand")
    page.keyboard.press("j")
    expect(page.locator(".neighbours")).to_contain_text("1 of 2")
    one = Mismatch.objects.get(pk=found[0].pk)
    assert (one.resolution_status, one.resolution_notes) == ("MANUAL_RESOLVED", "jk written by hand")


def test_equal_fields_are_folded_until_they_are_wanted(visitor, found):
    page = visitor(Role.AUDITOR).open(f"{LIST}{found[0].pk}/page/")
    expect(page.get_by_text("9f0c0000").first).to_be_hidden()
    page.get_by_text("more equal fields").click()
    expect(page.get_by_text("9f0c0000").first).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_repair_is_previewed_and_done(visitor, found, scripts):
    page = visitor(Role.BATCH_ADMIN, scripts=scripts).open(f"{LIST}{found[0].pk}/page/")
    page.get_by_role("link", name="Repair from source…").click()
    expect(
        page.get_by_text("5 columns of one row of side_target.order (here) get the source's values.")
    ).to_be_visible()
    expect(page.locator("tr.differs", has_text="status")).to_contain_text('"packed"')
    page.get_by_label("Reason").fill("the copy was lost")
    page.get_by_role("button", name="Write the row").click()
    expect(page.locator("header.head")).to_contain_text("MANUAL RESOLVED")
    expect(page.locator("section", has=page.locator("#repairs"))).to_contain_text("applied")
    assert read("target", "status") == "shipped"


def test_a_repair_whose_row_moved_meanwhile_says_so_and_shows_it_anew(visitor, found):
    visiting = visitor(Role.BATCH_ADMIN)
    page = visiting.open(f"{LIST}{found[0].pk}/repair/")
    run("""UPDATE side_target."order" SET status = 'returned' WHERE id = 1""")
    page.get_by_label("Reason").fill("the copy was lost")
    page.get_by_role("button", name="Write the row").click()
    expect(page.get_by_text("A row has changed since the preview")).to_be_visible()
    expect(page.locator("tr.differs", has_text="status")).to_contain_text('"returned"')
    assert read("target", "status") == "returned"
    visiting.troubles.clear()  # Chromium logs the 409


def test_a_recheck_says_what_it_found(visitor, found):
    run("""UPDATE side_target."order" SET status = 'shipped', amount = 120.50 WHERE id = 1""")
    page = visitor(Role.BATCH_ADMIN).open(f"{LIST}{found[0].pk}/page/")
    page.get_by_role("button", name="Re-check now").click()
    expect(page.get_by_text("It still differs: note, photo, tags.")).to_be_visible()


def test_a_page_that_is_stale_opens_no_dialog_but_says_what_changed(visitor, found):
    visiting = visitor(Role.BATCH_ADMIN)
    page = visiting.open(f"{LIST}{found[0].pk}/page/")
    resolve(mismatch_id=found[0].pk, status="IGNORED", notes="expected this month", actor=None)
    page.get_by_role("link", name="Mark resolved…").click()
    expect(page.get_by_role("heading", name="The mismatch has changed", level=2)).to_be_visible()
    expect(page.get_by_text("expected this month")).to_be_visible()
    page.get_by_role("link", name="Open it as it is now").click()
    expect(page.locator("header.head")).to_contain_text("IGNORED")
    visiting.troubles.clear()  # Chromium logs the 409


def test_all_that_match_are_ignored_in_a_dialog(visitor, found):
    page = visitor(Role.BATCH_ADMIN).open(f"{LIST}?type=MISSING_IN_POSTGRES")
    page.get_by_role("link", name=re.compile("Ignore all 1…")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Note").fill("known gap")
    dialog.get_by_role("button", name="Ignore 1").click()
    expect(page.get_by_text("1 mismatch: ignored.")).to_be_visible()
    assert Mismatch.objects.get(pk=found[1].pk).resolution_status == "IGNORED"


@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_is_wider_than_its_window(visitor, pages, width):
    visiting = visitor(Role.BATCH_ADMIN, width=width)
    wide = {}
    for name, path in pages.items():
        visiting.open(path)
        if over := visiting.overflow():
            wide[name] = over
        if SHOTS:
            visiting.page.screenshot(path=f"{SHOTS}-{name}-{width}.png", full_page=True)
    visiting.troubles.clear()  # Chromium logs the 409 of the stale page
    assert wide == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(visitor, pages, scheme):
    visiting = visitor(Role.BATCH_ADMIN, color_scheme=scheme)
    poor = {}
    for name, path in pages.items():
        visiting.open(path)
        for one in visiting.page.query_selector_all("details"):
            one.evaluate("one => { one.open = true }")
        if found := visiting.page.evaluate(CONTRAST):
            poor[name] = found
    visiting.troubles.clear()  # Chromium logs the 409 of the stale page
    assert poor == {}
