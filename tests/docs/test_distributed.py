"""The examples of the distributed API: run in their order on a live server, with the answers that the page shows."""

import re

import pytest

from project.access.roles import EVERYONE
from project.postgres import sql
from tests.docs.examples import examples, last_document, plain, run
from tests.docs.pages import ROOT, text

PAGE = ROOT / "docs" / "api" / "distributed.md"


@pytest.fixture
def key(user_for):
    from project.access import keys

    return keys.create(name="docs", owner=user_for("batch_admin"), roles=sorted(EVERYONE)).secret


def test_the_examples_do_what_the_page_shows(server, key):
    blocks = examples(PAGE)
    assert len(blocks) > 9
    sql.execute("VACUUM")  # what earlier tests left behind would be a warning of the engine's health
    outputs = run([commands for commands, _ in blocks], URL=server, KEY=key, PATH="/usr/bin:/bin")
    for (commands, shown), output in zip(blocks, outputs, strict=True):
        if shown is not None:
            assert plain(last_document(output)) == plain(shown), commands


def test_every_address_of_the_api_is_in_the_page():
    from workers.api.urls import urlpatterns

    page = text(PAGE)
    camel = re.compile(r"_(\w)")
    wanted = [
        "/api/distributed/"
        + re.sub(r"<\w+:(\w+)>", lambda place: f"{{{camel.sub(lambda at: at[1].upper(), place[1])}}}", str(one.pattern))
        for one in urlpatterns
    ]
    assert [path for path in wanted if not re.search(rf"(GET|POST|PATCH|DELETE) {re.escape(path)}`", page)] == []
