"""What every test may rely on: a migrated database that is put back afterwards, clients by role, a running engine.

Tests run in autocommit, as the product does: no transaction is wrapped around them.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import django
import hypothesis
import pytest
from hypothesis import HealthCheck

from tests import servers
from tests.reset import Baseline
from tests.running import live_address, run_jobs, server, workers  # noqa: F401  fixtures

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from rest_framework.test import APIClient

    from project.access.roles import Role

_server = ExitStack()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgres", type=Path, metavar="BIN", help="bin folder of the PostgreSQL to run the tests on")


def pytest_configure(config: pytest.Config) -> None:
    """Before Django reads its settings: a server, an empty database, the environment of the run."""
    bin_folder: Path | None = config.getoption("--postgres")
    if bin_folder and "DATABASE_URL" in os.environ:
        raise pytest.UsageError("--postgres is for the embedded server, and DATABASE_URL names another.")
    url = _server.enter_context(servers.database_url(os.environ.get("DATABASE_URL", ""), bin_folder))
    os.environ.update(DJANGO_SETTINGS_MODULE="project.settings", API_ENV="development", DATABASE_URL=url)
    django.setup()
    from django.conf import settings

    # examples may take long where others work beside them, and are made up within one test's fixtures
    relaxed = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    hypothesis.settings.register_profile("tests", deadline=None, suppress_health_check=relaxed)
    hypothesis.settings.load_profile("tests")

    # a test makes a user or two; hashing a password as for production takes half a second
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_unconfigure() -> None:
    _server.close()


@pytest.fixture(scope="session")
def baseline(django_test_environment: None, django_db_blocker) -> Iterator[Baseline]:
    """The migrated database, and what `database` puts it back to."""
    from django.core.management import call_command
    from django.db import connection

    django_db_blocker.unblock()
    call_command("migrate", verbosity=0)
    connection.close()
    taken = Baseline.take(os.environ["DATABASE_URL"])
    yield taken
    taken.close()
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # the stubs know the base class only


@pytest.fixture(autouse=True)
def database(baseline: Baseline) -> Iterator[None]:
    """Every test may use the database. Afterwards it is as migrations left it."""
    from django.core.cache import cache
    from django.db import connections

    yield
    connections.close_all()
    cache.clear()
    baseline.restore()


@pytest.fixture
def user_for(database: None) -> "Callable[[Role], User]":
    """A user of the console with one role: named like it, password `tutup`."""
    from django.contrib.auth.models import Group, User

    def make(role: "Role") -> "User":
        user, made = User.objects.get_or_create(username=str(role), defaults={"is_staff": True})
        if made:
            user.set_password("tutup")
            user.save(update_fields=["password"])
            user.groups.add(Group.objects.get(name=str(role)))
        return user

    return make


@pytest.fixture
def client_for(user_for: "Callable[[Role], User]") -> "Callable[[Role | None], APIClient]":
    """An API client with a key of that role; without any key for None."""
    from rest_framework.test import APIClient

    from project.access import keys

    def make(role: "Role | None" = None) -> "APIClient":
        client = APIClient()
        if role is not None:
            owner = user_for(role)
            key = keys.create(name=f"test {role}", owner=owner, roles=[role], expires_at=None, actor=None)
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {key.secret}")
        return client

    return make
