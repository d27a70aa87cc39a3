"""The pages of mappings, connections and rules in a real Chromium: the form without scripts, widths, contrast."""

import os

import pytest
from playwright.sync_api import expect

from project.access.roles import Role
from project.postgres import sql
from reconciliation.models import Connection
from reconciliation.services import connections, mappings, rules
from tests.console.test_browser import CONTRAST
from tests.reconciliation import rows
from tests.reconciliation.mappings.conftest import both, here  # noqa: F401  fixtures
from tests.reconciliation.mappings.tables import create

ADMIN = "/admin/reconciliation/"
SOURCE = (
    "id uuid PRIMARY KEY, email text, full_name text, amount numeric, ratio real, spot point, tags text[],"
    " updated_at timestamptz"
)
TARGET = (
    "id uuid PRIMARY KEY, email text, full_name text, amount numeric(12, 2), ratio double precision, spot point,"
    " loaded_at timestamptz, updated_at timestamptz"
)
SHOTS = os.environ.get("SCREENSHOTS", "")


@pytest.fixture
def users(both):  # noqa: F811
    """Twelve users on both sides, in one the name differs, one has no copy."""
    both(SOURCE, TARGET)
    sql.execute(
        "INSERT INTO upstream.users SELECT gen_random_uuid(), 'user' || n || '@example.com', 'Name ' || n, n * 1.5,"
        " n / 3.0, NULL, ARRAY['a', 'b'], now() FROM generate_series(1, 12) n"
    )
    sql.execute(
        "INSERT INTO replica.users SELECT id, email, CASE WHEN email = 'user3@example.com' THEN '' ELSE full_name END,"
        " amount, ratio, NULL, now(), updated_at FROM upstream.users WHERE email <> 'user5@example.com'"
    )


def fill(page) -> None:
    """The first page of the form."""
    page.goto(f"{ADMIN}mapping/new/")
    page.select_option("[name=source_connection]", "here")
    for name, value in (("source_schema", "upstream"), ("target_schema", "replica")):
        page.fill(f"[name={name}]", value)
    for name in ("source_table", "target_table"):
        page.fill(f"[name={name}]", "users")
    page.get_by_role("button", name="Read both schemas").click()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_mapping_is_made_with_and_without_scripts(visitor, users, scripts):
    page = visitor(Role.RECONCILIATION_OPERATOR, scripts=scripts).page
    fill(page)
    expect(page.get_by_text("rows equal, 1 without a copy")).to_be_visible()
    expect(page.get_by_text("can't be compared exactly").first).to_be_visible()
    page.get_by_label("relative").nth(1).fill("0.000001")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Differing: full_name in 1")).to_be_visible()
    page.get_by_role("button", name="Save the mapping").click()
    expect(page.get_by_text("users was made.")).to_be_visible()
    made = mappings.get("users")
    assert {column["source"]: column["rule"] for column in made.columns}["ratio"] == {"relative": 1e-6}


def test_on_a_telephone_each_value_of_a_trial_says_which_column_it_is_of(visitor, users):
    page = visitor(Role.RECONCILIATION_OPERATOR, width=390).page
    fill(page)
    labels = (
        page.locator("table.trial tbody tr")
        .first.locator("td.value")
        .evaluate_all("cells => cells.map(cell => getComputedStyle(cell, '::before').content)")
    )
    assert labels == [f'"{name}: "' for name in ("id", "email", "full_name", "amount", "ratio", "updated_at")]


@pytest.fixture
def pages(users):
    """Addresses of every page, with something on each."""
    made = create(
        columns=[{"source": name, "target": name} for name in ("id", "email", "full_name", "amount", "updated_at")]
    )
    job = rows.job("users", mismatch_count=20_000)
    rows.mismatch(job, columns=["email"])
    rule = rules.create(mapping=made, column="email", reason="The copy has addresses in lower case.", actor=None)
    rules.create(
        mapping=made, predicate=[{"column": "email", "operator": "prefix", "value": "test-"}], reason="x", actor=None
    )
    connections.create(name="cluster", kind="cassandra", address="cassandra://reader@c1,c2/?local_dc=dc1", actor=None)
    place = Connection.objects.get(name="here")
    return {
        "mappings": f"{ADMIN}mapping/",
        "mapping": f"{ADMIN}mapping/{made.pk}/page/",
        "mapping-edit": f"{ADMIN}mapping/{made.pk}/edit/",
        "mapping-new": f"{ADMIN}mapping/new/",
        "connections": f"{ADMIN}connection/",
        "connection": f"{ADMIN}connection/{place.pk}/page/",
        "connection-new": f"{ADMIN}connection/new/",
        "rules": f"{ADMIN}ignorerule/",
        "rule": f"{ADMIN}ignorerule/{rule.pk}/page/",
        "rule-new": f"{ADMIN}ignorerule/new/?mapping={made.pk}",
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
    fill(visiting.page)
    if SHOTS:
        visiting.page.screenshot(path=f"{SHOTS}-mapping-form-{width}.png", full_page=True)
    if over := visiting.overflow():
        wide["mapping-form"] = over
    assert wide == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(visitor, pages, scheme):
    visiting = visitor(Role.BATCH_ADMIN, color_scheme=scheme)
    poor = {}
    for name, path in pages.items():
        visiting.open(path)
        if found := visiting.page.evaluate(CONTRAST):
            poor[name] = found
    assert poor == {}


def test_a_connection_is_tested_by_a_click(visitor, pages):
    page = visitor(Role.BATCH_ADMIN).open(pages["connection"])
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_text("It answers: PostgreSQL")).to_be_visible()


def test_a_rule_is_ended_in_a_dialog(visitor, pages):
    page = visitor(Role.BATCH_ADMIN).open(pages["rule"])
    page.get_by_role("link", name="End now").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="End now").click()
    expect(page.get_by_text("has ended")).to_be_visible()
