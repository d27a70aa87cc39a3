"""Webhooks in a real Chromium: made, tested and deleted with and without scripts, and readable wide and narrow."""

import os

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from project.access.roles import Role
from reconciliation.models import WebhookSubscription
from reconciliation.services import webhooks
from tests.console.test_browser import CONTRAST
from tests.reconciliation.console.hooks import URL, WEBHOOKS, delivery, listening, page_of, subscribed
from tests.reconciliation.rows import job
from tests.workers.web import reply
from workers.runtime import drain

SHOTS = os.environ.get("SCREENSHOTS")  # a folder and the beginning of names, to look at the pages
JOB_FAILED = "reconciliation.job_failed"


@pytest.fixture
def hook(settings):
    """Somebody who takes what is sent."""
    with listening(settings, reply(204)) as served:
        yield served


@pytest.fixture
def pages(database):
    """Every page of webhooks with something on it."""
    made = subscribed(URL)
    quiet = subscribed("https://hooks.example.com/" + "a-long-path/" * 12, enabled=False, events=[JOB_FAILED])
    refusal = "hooks.internal is 10.1.2.3, which isn't public: HTTP_JOB_HOSTS has to list the address as well."
    delivery(made, attempts=1, error=refusal)
    delivery(made, attempts=1, state="delivered", response_status=204, delivered_at=timezone.now())
    webhooks.emit(JOB_FAILED, job(status="FAILED"))
    return {
        "list": WEBHOOKS,
        "new": f"{WEBHOOKS}new/",
        "one": page_of(made),
        "failed": f"{page_of(made)}?state=failed",
        "disabled": page_of(quiet),
        "change": f"{WEBHOOKS}{quiet.pk}/change/move/",
        "delete": f"{WEBHOOKS}{quiet.pk}/delete/move/",
    }


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
    poor = {path: found for path in pages.values() if (found := visiting.open(path).evaluate(CONTRAST))}
    assert poor == {}


@pytest.mark.parametrize(("width", "scripts"), [(390, True), (1440, True), (390, False)])
def test_one_is_made_tested_and_deleted_with_and_without_scripts(visitor, hook, width, scripts):
    visiting = visitor(Role.RECONCILIATION_OPERATOR, width=width, scripts=scripts)
    page = visiting.open(WEBHOOKS)
    page.get_by_role("link", name="New webhook…").first.click()
    page.get_by_label("Address").fill("http://10.0.0.1/")
    page.get_by_role("button", name="Make it").click()
    expect(page.locator(".field.wrong")).to_contain_text("10.0.0.1 isn't public: HTTP_JOB_HOSTS has to list it.")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}-refused-{width}.png", full_page=True)
    page.get_by_label("Address").fill(hook.url)
    page.get_by_label("reconciliation.job_failed").check()
    page.get_by_role("button", name="Make it").click()
    secret = WebhookSubscription.objects.get().secret
    expect(page.get_by_text(secret)).to_be_visible()
    assert visiting.overflow() == 0
    if SHOTS:
        page.screenshot(path=f"{SHOTS}-secret-{width}.png", full_page=True)
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("A test is on its way.")).to_be_visible()
    expect(page.get_by_text(secret)).to_have_count(0)
    drain()
    if not scripts:
        page.reload()
    expect(page.get_by_role("row", name="reconciliation.test")).to_contain_text("delivered")
    page.get_by_role("link", name="Delete…").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("was deleted.")).to_be_visible()
    assert not WebhookSubscription.objects.exists()
