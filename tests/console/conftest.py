"""The console in Django's test client and in a real browser. Imports wait until Django is set up."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.monthend.conftest import close, gate, january, tamper  # noqa: F401  fixtures

if TYPE_CHECKING:
    from django.test import Client
    from playwright.sync_api import Browser

    from project.access.roles import Role
    from tests.console.browsing import Visitor

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def visit(user_for: "Callable[[Role], object]") -> "Callable[..., Client]":
    """A signed-in test client of a role; of nobody for None."""
    from django.test import Client

    def make(role: "Role | None" = None, **options: bool) -> "Client":
        client = Client(**options)
        if role is not None:
            client.force_login(user_for(role))
        return client

    return make


@pytest.fixture
def superuser(database: None) -> "Client":
    """A signed-in test client of a superuser."""
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    client.force_login(User.objects.create_superuser("root", password="tutup"))
    return client


# Module scope at most: a session's browser would leave its event loop running under every other test.
@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright

    # Playwright leaves a loop running in this thread between calls. Nothing of Django is in it: no need for its guard.
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visitor(
    browser: "Browser", server: str, user_for: "Callable[[Role], object]"
) -> "Iterator[Callable[..., Visitor]]":
    """People with a browser: signed in with a role, at a width, with or without scripts. Fails on console errors."""
    from tests.console.browsing import Visitor

    made: list[Visitor] = []

    def make(role: "Role | None" = None, **options: object) -> Visitor:
        made.append(Visitor(browser, server, **options))
        if role is not None:
            user_for(role)
            made[-1].sign_in(str(role))
        return made[-1]

    yield make
    troubles = [trouble for one in made for trouble in one.leave()]
    assert troubles == []
