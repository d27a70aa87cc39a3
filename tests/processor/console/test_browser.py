"""The batch processor in a real Chromium: batches watched and cancelled, a model registered, settings changed."""

import os
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from batches.processor import queries, services
from batches.processor.models import InferenceModel
from project.access.roles import Role
from tests.console.test_browser import CONTRAST
from tests.processor.console.pages import BATCHES, DASHBOARD, MODELS, cancelled, expired, page_of
from tests.processor.figures.reports import run
from tests.processor.hands import fresh, submitted
from workers.runtime import drain

SHOTS = os.environ.get("SCREENSHOTS")  # a folder and the beginning of names, to look at the pages

pytestmark = pytest.mark.usefixtures("trying")


@pytest.fixture
def pages(user_for):
    """Every page of the processor with something on it."""
    admin = user_for(Role.BATCH_ADMIN)
    services.change_model(name="trying", changes={"description": "Takes its time.", "max_batch_size": 64}, actor=admin)
    services.register(name="trying", data=b"0.0", runtime="trying", actor=admin)
    InferenceModel.objects.create(name="bare")
    done = submitted(*range(12), owner=admin, priority="critical", metadata={"run": "nightly", "note": "x" * 200})
    some = submitted(*[1] * 90, *["none"] * 40, owner=admin, batch_id="n" * 64)
    bad = submitted("none")
    drain()
    for minutes in range(50):
        waits = [float(10 + minutes * place % 37) for place in range(1, 20 + minutes % 13)]
        run(*waits, compute_ms=4.0 + minutes % 5, ago=timedelta(minutes=minutes))
    return {
        "batches": BATCHES,
        "batch-done": page_of(done),
        "batch-some": page_of(some),
        "batch-failed": page_of(bad),
        "batch-cancelled": page_of(cancelled()),
        "batch-expired": page_of(expired()),
        "batch-waiting": page_of(submitted(1, 2)),
        "cancel": f"{BATCHES}{submitted(1).batch_id}/cancel/",
        "models": MODELS,
        "model": f"{MODELS}trying/page/",
        "model-bare": f"{MODELS}bare/page/",
        "model-new": f"{MODELS}register/",
        "model-change": f"{MODELS}trying/change/move/",
        "dashboard": DASHBOARD,
        "dashboard-14d": f"{DASHBOARD}?period=14d",
        "configure": f"{DASHBOARD}configure/",
    }


def test_a_waiting_batch_refreshes_itself_and_is_cancelled_in_a_dialog(visitor):
    found, other = submitted(1, 2), submitted(1)
    page = visitor(Role.BATCH_ADMIN).open(page_of(found))
    expect(page.get_by_text("It waits for a worker")).to_be_visible()
    page.get_by_role("link", name="Cancel batch…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("not needed")
    dialog.get_by_role("button", name="Cancel batch").click()
    expect(page.locator("header.head")).to_contain_text("cancelled")
    assert fresh(found).reason == "not needed"
    page.goto(page_of(other))
    expect(page.locator("header.head")).to_contain_text("queued")
    services.cancel(batch_id=other.batch_id, reason="by another")
    expect(page.locator("header.head")).to_contain_text("cancelled")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_version_is_registered_by_its_file(visitor, scripts):
    page = visitor(Role.BATCH_ADMIN, scripts=scripts).open(f"{MODELS}trying/page/")
    page.get_by_role("link", name="Register version…").click()
    page.get_by_label("File").set_input_files({"name": "new.bin", "mimeType": "", "buffer": b"0.001"})
    page.get_by_label("Runtime").select_option("trying")
    page.get_by_role("button", name="Register version").click()
    expect(page.get_by_text("Its name stands for version 2.0.")).to_be_visible()
    page.get_by_role("link", name="Stand for it…").click()
    page.get_by_role("button", name="Stand for version").click()
    expect(page.get_by_text("Its name stands for version 1.0.")).to_be_visible()


def test_settings_are_changed_in_a_dialog(visitor):
    page = visitor(Role.BATCH_ADMIN).open(DASHBOARD)
    page.get_by_role("link", name="Configure…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Largest run (items)").fill("48")
    dialog.get_by_role("button", name="Configure").click()
    expect(page.get_by_text("48 items")).to_be_visible()
    assert queries.settings_now().max_batch_size == 48


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
    assert poor == {}
