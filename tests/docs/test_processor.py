"""The examples of the batch processor: run in their order on a live server, with the answers that the page shows."""

import os
import re
import sys
from pathlib import Path

import pytest

from project.access.roles import EVERYONE
from tests.docs.examples import examples, last_document, plain, run
from tests.docs.pages import ROOT, blocks, first_cells, names, text

PAGE = ROOT / "docs" / "processor.md"
RUNTIMES = re.compile(r"export MODEL_RUNTIMES=(\S+)")


@pytest.fixture
def key(user_for):
    from project.access import keys

    return keys.create(name="docs", owner=user_for("batch_admin"), roles=sorted(EVERYONE)).secret


@pytest.fixture
def runtime(database, monkeypatch, tmp_path):
    """The runtime of the page, where this process and those of the examples find it; returns their environment."""
    from django.conf import settings

    from batches.processor.runtimes import loaded

    (source,) = blocks(PAGE, "python")
    (tmp_path / "my_runtimes.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(settings, "MODEL_RUNTIMES", [*settings.MODEL_RUNTIMES, *RUNTIMES.findall(text(PAGE))])
    yield {
        "PYTHONPATH": str(tmp_path),
        "PATH": f"{ROOT}:{Path(sys.executable).parent}:/usr/bin:/bin",
        "API_ENV": "development",
        "DATABASE_URL": os.environ["DATABASE_URL"],
    }
    loaded.models._models.clear()  # the next test gives the same ids to other models


def test_the_examples_do_what_the_page_shows(server, key, runtime, workers, tmp_path):
    found = examples(PAGE)
    assert len(found) > 8
    commands = [block.replace("/tmp/", f"{tmp_path}/") for block, _ in found]  # noqa: S108  the reader's
    outputs = run(commands, URL=server, KEY=key, **runtime)
    for (block, shown), output in zip(found, outputs, strict=True):
        if shown is not None:
            assert plain(last_document(output)) == plain(shown), block


def test_every_address_of_the_api_is_in_the_page():
    from batches.processor.api.urls import urlpatterns

    page = text(PAGE)
    wanted = ["/api/batch-processor/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(one.pattern)) for one in urlpatterns]
    assert [path for path in wanted if not re.search(rf"(GET|POST|PATCH|DELETE) {re.escape(path)}`", page)] == []


def test_every_state_and_priority_is_in_the_page():
    from batches.processor.states import Priority, Status

    for header, known in (("status", Status), ("`priority`", Priority)):
        assert {name for cell in first_cells(PAGE, header) for name in names(cell)} == set(known.values)


def test_every_setting_and_analytic_is_in_the_page():
    from batches.processor.queries.analytics import METRICS
    from batches.processor.services.configure import configure
    from project.api.errors import InvalidRequest

    settings = [name for cell in first_cells(PAGE, "setting") for name in names(cell)]
    with pytest.raises(InvalidRequest) as refused:
        configure(changes={"unknown": 1})
    assert sorted(settings) == sorted(re.findall(r"\w+_\w+", str(refused.value.message)))
    assert {name for cell in first_cells(PAGE, "metric") for name in names(cell)} == set(METRICS)


def test_the_metrics_of_the_page_are_those_that_are_shown(client_for):
    from project.access.roles import Role

    shown = client_for(Role.AUDITOR).get("/metrics").content.decode()
    source = (ROOT / "batches" / "processor" / "measures.py").read_text(encoding="utf-8")
    wanted = re.findall(r"MetricFamily\(\s*\"(\w+)\"", source)
    assert len(wanted) > 6
    page = text(PAGE)
    assert [name for name in wanted if f"`{name}" not in page or f"# TYPE {name} " not in shown] == []
