"""Django's test client and a real browser."""

from tests.console.conftest import browser, superuser, visit, visitor  # noqa: F401  fixtures
