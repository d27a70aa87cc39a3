"""`GET /metrics`"""

from collections.abc import Iterable

import pytest
from django.contrib.auth.models import User
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families
from rest_framework.test import APIClient

from project.access.roles import Role
from project.metrics import registry
from project.postgres import sql


@pytest.fixture
def sources(monkeypatch):
    """Only what the test registers."""
    monkeypatch.setattr(registry, "_sources", {})


def scrape(client: APIClient, **headers: str) -> dict[str, Metric]:
    response = client.get("/metrics", headers=headers)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=0.0.4")
    return {family.name: family for family in text_string_to_metric_families(response.content.decode())}


def values(family: Metric) -> dict[tuple[str, ...], float]:
    return {tuple(sample.labels.values()): sample.value for sample in family.samples}


@registry.collector
def users() -> Iterable[Metric]:
    family = GaugeMetricFamily("test_users", "Users", labels=["active"])
    for row in sql.rows("SELECT is_active, count(*) AS users FROM auth_user GROUP BY 1"):
        family.add_metric([str(row["is_active"])], row["users"])
    yield family


registry._sources.pop(f"{__name__}.users")


def test_every_collector_of_the_product_succeeds(client_for):
    succeeded = values(scrape(client_for(Role.AUDITOR))["tutup_scrape_ok"])
    assert set(succeeded.values()) <= {1.0}


def test_a_collector_reads_the_database_at_each_scrape(client_for, sources):
    registry.collector(users)
    client = client_for(Role.AUDITOR)
    assert values(scrape(client)["test_users"]) == {("True",): 1}
    User.objects.create(username="another")
    assert values(scrape(client)["test_users"]) == {("True",): 2}


def test_a_collector_that_fails_is_a_zero_and_takes_nothing_along(client_for, sources):
    @registry.collector
    def broken() -> Iterable[Metric]:
        sql.value("SELECT 1 / 0")
        return []

    registry.collector(users)
    families = scrape(client_for(Role.AUDITOR))
    assert values(families["test_users"]) == {("True",): 1}
    succeeded = {name.rpartition(".")[2]: value for (name,), value in values(families["tutup_scrape_ok"]).items()}
    assert succeeded == {"broken": 0, "users": 1}


def test_a_slow_collector_is_cut_off(client_for, sources, settings):
    settings.METRICS_TIMEOUT_MS = 50

    @registry.collector
    def slow() -> Iterable[Metric]:
        sql.value("SELECT pg_sleep(30)")
        return []

    families = scrape(client_for(Role.AUDITOR))
    assert list(values(families["tutup_scrape_ok"]).values()) == [0]
    assert sql.value("SHOW statement_timeout") == "0"


def test_a_collector_cannot_write(client_for, sources):
    @registry.collector
    def writing() -> Iterable[Metric]:
        sql.execute("DELETE FROM auth_user")
        return []

    families = scrape(client_for(Role.AUDITOR))
    assert list(values(families["tutup_scrape_ok"]).values()) == [0]
    assert User.objects.exists()


def test_it_says_which_version_runs(client_for, settings):
    families = scrape(client_for(Role.AUDITOR))
    assert families["tutup_build_info"].samples[0].labels == {"version": settings.VERSION}


def test_a_scraper_needs_a_key_and_any_role_will_do(client_for):
    refused = APIClient().get("/metrics")
    assert (refused.status_code, refused.json()["error"]) == (401, "UNAUTHORIZED")
    scrape(client_for(Role.INTEGRATOR))


def test_on_a_closed_network_it_is_open(settings):
    settings.REQUIRE_API_KEY = False
    scrape(APIClient())


def test_what_a_scraper_accepts_changes_nothing(client_for):
    scrape(client_for(Role.AUDITOR), Accept="application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
