"""The examples of the reconciliation API: run in their order on a live server, with the answers that the page shows."""

import re

import pytest

from project.access.roles import EVERYONE
from tests.docs.examples import examples, last_document, plain, run
from tests.docs.pages import ROOT, blocks, first_cells, names, text

PAGE = ROOT / "docs" / "api" / "reconciliation.md"
GUIDE = ROOT / "docs" / "reconciliation.md"


@pytest.fixture
def key(user_for):
    from project.access import keys

    return keys.create(name="docs", owner=user_for("batch_admin"), roles=sorted(EVERYONE)).secret


@pytest.fixture
def orders():
    """A thousand orders, of which one differs in the copy."""
    from tests.reconciliation import tables

    made = tables.make()
    made.columns = tables.COLUMNS[:3]
    made.save()
    for side in ("source", "target"):
        tables.run(
            f'INSERT INTO side_{side}."order" (id, status, amount)'
            f" SELECT n, 'shipped', n / 100.0 FROM generate_series(1, 1000) n"
        )
    tables.run("""UPDATE side_target."order" SET status = 'lost' WHERE id = 250""")
    yield made
    tables.run(tables.DROP)


def test_the_examples_do_what_the_page_shows(server, key, orders, workers, tmp_path):
    found = examples(PAGE)
    assert len(found) > 4
    commands = [block.replace("/tmp/", f"{tmp_path}/") for block, _ in found]  # noqa: S108  the reader's
    outputs = run(commands, URL=server, KEY=key, PATH="/usr/bin:/bin")
    for (block, shown), output in zip(found, outputs, strict=True):
        assert plain(last_document(output)) == plain(shown), block


def test_the_signature_of_the_page_is_ours():
    from reconciliation.signing import signature

    (source,) = blocks(PAGE, "python")
    example: dict = {}
    exec(compile(source, str(PAGE), "exec"), example)  # noqa: S102  our own page
    assert example["is_ours"]("whsec_known", "1763647335", b"{}", signature("whsec_known", 1763647335, b"{}"))
    assert not example["is_ours"]("whsec_known", "1763647336", b"{}", signature("whsec_known", 1763647335, b"{}"))


def test_every_address_of_the_api_is_in_the_page():
    from reconciliation.api.urls import urlpatterns

    wanted = ["/api/v1/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(one.pattern)) for one in urlpatterns]
    assert [path for path in wanted if not re.search(rf"(GET|POST) {re.escape(path)}`", text(PAGE))] == []


def test_every_metric_of_the_room_is_in_the_page():
    source = (ROOT / "reconciliation" / "measures.py").read_text(encoding="utf-8")
    names = re.findall(r"\"((?:cdc|tutup)_\w+)\"", source)
    assert len(names) > 10
    assert [name for name in names if f"`{name}`" not in text(PAGE)] == []


def test_every_canonical_type_has_its_line():
    from reconciliation.canonical.types import NAMES

    named = {name.split("(")[0].split("<")[0] for cell in first_cells(GUIDE, "canonical type") for name in names(cell)}
    assert named == NAMES


def test_the_moves_are_those_that_are_legal():
    from reconciliation.states import LEGAL

    lines = [line.split("|") for line in text(PAGE).splitlines() if line.startswith("| `") and line.count("|") == 6]
    moves = {names(cells[1])[0]: {name for cell in cells[2:] for name in names(cell)} & {*LEGAL} for cells in lines}
    assert {state: found - {state} for state, found in moves.items()} == LEGAL


def test_members_of_a_job_are_named_as_the_api_has_them():
    assert "`drift_bound_percentage`" in text(GUIDE)
    assert "`drift_bound_percent`" not in text(GUIDE)
