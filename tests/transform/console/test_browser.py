"""Transform in a real Chromium: a version is written, tried and put to use; a batch is watched and cancelled."""

import json
import os

import pytest
from playwright.sync_api import expect

from batches.transform.models import Pipeline, PipelineVersion, TransformChunk
from batches.transform.services import pipelines
from batches.transform.states import OnError
from project.access.roles import Role
from tests.console.test_browser import CONTRAST
from tests.transform.console.pages import (
    BAD,
    BATCHES,
    DEFAULT,
    ITEM,
    NEW,
    NEW_VERSION,
    PIPELINES,
    STEPS,
    TRY,
    batch,
    page_of,
)
from workers.runtime import drain

SHOTS = os.environ.get("SCREENSHOTS")  # a folder and the beginning of names, to look at the pages


@pytest.fixture
def pages(user_for):
    """Every page of transform with something on it."""
    admin = user_for(Role.BATCH_ADMIN)
    Pipeline.objects.create(name="bare")
    pipelines.add_version(
        name="default", steps=STEPS, sensitive=["name"], note="Names, masked.", activate=False, actor=admin
    )
    skipped = batch([ITEM, BAD, 7] * 40, actor=admin, on_error=OnError.SKIP, later=True, batch_size=7)
    drain()
    failed, done = batch([ITEM, BAD], actor=admin), batch([ITEM] * 3)
    return {
        "pipelines": PIPELINES,
        "pipeline": DEFAULT,
        "pipeline-bare": f"{PIPELINES}bare/page/",
        "pipeline-new": NEW,
        "pipeline-version": NEW_VERSION,
        "activate": f"{PIPELINES}default/activate/2/",
        "try": TRY,
        "batches": BATCHES,
        "batch-skipped": page_of(skipped),
        "batch-failed": page_of(failed),
        "batch-done": page_of(done),
    }


def going(found, chunks=2):
    """A batch in the middle of its work, whoever does it."""
    ready = TransformChunk.objects.filter(batch=found, number__lt=chunks)
    ready.update(state="done", result_count=5, seconds=0.2, process="host:7")
    found.status = "processing"
    found.save(update_fields=["status"])


def test_a_version_is_written_tried_mended_and_put_to_use(visitor):
    visiting = visitor(Role.BATCH_ADMIN)
    page = visiting.open(DEFAULT)
    page.get_by_role("link", name="New version…").click()
    page.get_by_label("Steps").fill('[{"op": "trim", "fields": ["email"]}]')
    page.get_by_label("Sensitive fields").fill("email")
    page.get_by_role("button", name="Try it out").click()
    expect(page.get_by_role("alert")).to_contain_text("email leaves unmasked. Mask or drop it.")
    page.get_by_label("Steps").fill(json.dumps([{"op": "mask", "field": "email", "method": "email"}]))
    page.get_by_label("Items").fill(json.dumps([{"email": "somebody@example.com"}]))
    page.get_by_role("button", name="Try it out").click()
    expect(page.get_by_text('"email": "s***y@example.com"')).to_be_visible()
    expect(page.get_by_text("hidden: masked later").first).to_be_visible()
    page.get_by_label("Note").fill("only the address")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Version 2 of default is in use.")).to_be_visible()
    page.get_by_role("link", name="Activate…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Activate version").click()
    expect(page.get_by_text("default uses that version from now on.")).to_be_visible()
    assert PipelineVersion.objects.get(active=True).number == 1
    visiting.troubles.clear()  # Chromium logs the 400 of the unmasked field


@pytest.mark.parametrize("scripts", [True, False])
def test_items_are_tried(visitor, scripts):
    page = visitor(Role.INTEGRATOR, scripts=scripts).open(DEFAULT)
    page.get_by_role("link", name="Try it out").click()
    page.get_by_role("button", name="Try").click()
    expect(page.get_by_role("heading", name="Row 0")).to_contain_text("result")
    expect(page.locator("pre.document")).to_contain_text("u***r@example.com")


def test_a_running_batch_refreshes_itself_and_is_cancelled_in_a_dialog(visitor):
    found = batch([ITEM] * 20, later=True, batch_size=5)
    page = visitor(Role.BATCH_ADMIN).open(page_of(found))
    expect(page.get_by_text("It waits for a worker.")).to_be_visible()
    going(found)
    expect(page.locator("header.head")).to_contain_text("processing")
    expect(page.locator(".facts")).to_contain_text("10 of 20")
    page.get_by_role("link", name="Cancel batch…").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel batch").click()
    expect(page.locator("header.head")).to_contain_text("cancelled")
    found.refresh_from_db()
    assert found.status == "cancelled"


def tried(visiting, path, items):
    page = visiting.open(path)
    page.get_by_label("Items").fill(json.dumps(items))
    page.locator("button[value=try], form .buttons button").first.click()
    expect(page.get_by_role("heading", name="Row 0")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_is_wider_than_its_window(visitor, pages, width):
    visiting = visitor(Role.BATCH_ADMIN, width=width)
    running = batch([ITEM] * 20, later=True, batch_size=5)
    going(running)
    wide = {}
    for name, path in {**pages, "batch-running": page_of(running), "tried": TRY, "version-tried": NEW_VERSION}.items():
        if name.endswith("tried"):
            tried(visiting, path, [ITEM, BAD, {"email": "x" * 200}])
        else:
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
    for name, path in {**pages, "tried": TRY}.items():
        if name == "tried":
            tried(visiting, path, [ITEM, BAD])
        else:
            visiting.open(path)
        for one in visiting.page.query_selector_all("details"):
            one.evaluate("one => { one.open = true }")
        if found := visiting.page.evaluate(CONTRAST):
            poor[name] = found
    assert poor == {}
