"""A person with a browser."""

from typing import Any

from playwright.sync_api import Browser, Page


class Visitor:
    """One browser context with one page; remembers what went wrong in it."""

    def __init__(
        self, browser: Browser, server: str, *, width: int = 1440, scripts: bool = True, **options: Any
    ) -> None:
        self._context = browser.new_context(
            base_url=server, viewport={"width": width, "height": 900}, java_script_enabled=scripts, **options
        )
        self.page: Page = self._context.new_page()
        self.troubles: list[str] = []
        self.page.on("pageerror", lambda error: self.troubles.append(f"{self.page.url}: {error}"))
        self.page.on("console", self._heard)

    def sign_in(self, name: str) -> None:
        self.page.goto("/admin/login/")
        self.page.fill("[name=username]", name)
        self.page.fill("[name=password]", "tutup")
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url("**/admin/")

    def open(self, path: str) -> Page:
        self.page.goto(path)
        return self.page

    def overflow(self) -> int:
        """Pixels that the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def leave(self) -> list[str]:
        self._context.close()
        return self.troubles

    def _heard(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.troubles.append(f"{self.page.url}: {message.text}")
