"""The examples of the transform API: run in their order on a live server, with the answers that the page shows."""

import re

import pytest

from project.access.roles import EVERYONE
from tests.docs.examples import examples, last_document, plain, run
from tests.docs.pages import ROOT, first_cells, names, text

PAGE = ROOT / "docs" / "transform.md"


@pytest.fixture
def key(user_for):
    from project.access import keys

    return keys.create(name="docs", owner=user_for("batch_admin"), roles=sorted(EVERYONE)).secret


def test_the_examples_do_what_the_page_shows(server, key, workers, tmp_path):
    found = examples(PAGE)
    assert len(found) > 6
    commands = [block.replace("/tmp/", f"{tmp_path}/") for block, _ in found]  # noqa: S108  the reader's
    outputs = run(commands, URL=server, KEY=key, PATH="/usr/bin:/bin")
    for (block, shown), output in zip(found, outputs, strict=True):
        if shown is not None:
            assert plain(last_document(output)) == plain(shown), block


def test_every_address_of_the_api_is_in_the_page():
    from batches.transform.api.urls import urlpatterns

    page = text(PAGE)
    wanted = ["/api/v1/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(route.pattern)) for route in urlpatterns]
    assert [path for path in wanted if not re.search(rf"(GET|POST|PATCH|DELETE) {re.escape(path)}`", page)] == []


def test_every_step_mask_and_function_is_in_the_page():
    from batches.transform.pipeline.checking import MASKS, OPS
    from batches.transform.pipeline.functions import FUNCTIONS

    page = text(PAGE)
    assert {name for cell in first_cells(PAGE, "`op`") for name in names(cell)} == {*OPS, "mask"}
    assert {name for cell in first_cells(PAGE, "`method`") for name in names(cell)} == set(MASKS)
    assert [name for name in FUNCTIONS if f"`{name}`" not in page] == []


def test_every_member_of_a_step_is_in_the_page():
    from batches.transform.pipeline.checking import MASKS, OPS

    page = text(PAGE)
    members = {
        field.alias or name for model in (*OPS.values(), *MASKS.values()) for name, field in model.model_fields.items()
    }
    assert sorted(name for name in members if f"`{name}`" not in page) == []


def test_the_metrics_of_the_page_are_those_that_are_shown(client_for):
    from project.access.roles import Role

    shown = client_for(Role.AUDITOR).get("/metrics").content.decode()
    wanted = [name for cell in first_cells(PAGE, "metric") for name in names(cell)]
    assert len(wanted) == 4
    assert [name for name in wanted if f"# TYPE {name} " not in shown] == []
