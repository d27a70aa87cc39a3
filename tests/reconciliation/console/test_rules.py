"""Ignore rules in the console: a dry run before they are saved, hits, and their end."""

from datetime import timedelta

import pytest

from project.access.roles import ALL_READERS, Role
from reconciliation.models import IgnoreRule
from reconciliation.services import rules
from tests.console.engine import text
from tests.reconciliation import rows
from tests.reconciliation.console import forms

RULES = "/admin/reconciliation/ignorerule/"
NEW = f"{RULES}new/"
READERS = sorted({*ALL_READERS, Role.RECONCILIATION_OPERATOR})
WRITERS = {Role.BATCH_ADMIN, Role.RECONCILIATION_OPERATOR}
COLUMNS = [
    {"source": "user_id", "target": "user_id", "type": "text", "key": True, "rule": {}},
    {"source": "name", "target": "name", "type": "text", "key": False, "rule": {}},
]


@pytest.fixture
def users(database):
    return rows.mapping("users", columns=COLUMNS)


def made(mapping, **given) -> IgnoreRule:
    return rules.create(mapping=mapping, **{"column": "name", "reason": "titles are cut", "actor": None, **given})


def test_of_more_than_a_page_looks_at_the_newest_are_tried(visit, users, monkeypatch):
    monkeypatch.setattr("reconciliation.services.rules.trying.LOOKED_AT", 2)
    job = rows.job("users")
    for day, columns in enumerate((["name"], ["name"], ["name", "user_id"]), start=1):
        rows.mismatch(job, columns=columns, detected_at=rows.NOVEMBER + timedelta(days=day))
    page = text(visit(Role.AUDITOR), page_of(made(users)))
    assert "Dry run: of the newest 2 pending mismatches 1 would be covered" in page


def page_of(rule: IgnoreRule) -> str:
    return f"{RULES}{rule.pk}/page/"


def step(client, page: str, name: str, **changed):
    return client.post(NEW, {**forms.fields(page, "mapping"), **changed, "step": name}, follow=True)


def test_the_empty_list_says_what_belongs_there(visit):
    client = visit(Role.BATCH_ADMIN)
    page = text(client, RULES)
    assert "No ignore rules yet." in page
    assert "there is none yet" in text(client, NEW)


def test_a_rule_on_a_column_is_tried_and_then_saved(visit, users):
    rows.mismatch(rows.job("users"), primary_key_value="user-77")
    client = visit(Role.RECONCILIATION_OPERATOR)
    assert "of which mapping?" in text(client, NEW)
    page = text(client, f"{NEW}?mapping={users.pk}")
    assert "Save the rule" not in page
    page = step(client, page, "try", column="name", reason="titles are cut").content.decode()
    assert "Dry run: 1 of 1 pending mismatch covered" in page
    assert "user-77" in page
    assert not IgnoreRule.objects.exists()
    page = step(client, page, "save").content.decode()
    rule = IgnoreRule.objects.get()
    assert (rule.column, rule.reason, str(rule.created_by)) == ("name", "titles are cut", "reconciliation_operator")
    assert "in 29 d" in page or "in 30 d" in page


def test_a_rule_on_rows_is_tried_and_then_saved(visit, users):
    job = rows.job("users")
    rows.mismatch(job)
    rows.mismatch(job, source_data={"user_id": "test-1", "name": "x"}, target_data=None)
    client = visit(Role.BATCH_ADMIN)
    page = text(client, f"{NEW}?mapping={users.pk}")
    given = {
        "conditions-0-column": "user_id", "conditions-0-operator": "prefix", "conditions-0-value": "test-",
        "conditions-1-column": "name", "conditions-1-operator": "in", "conditions-1-value": "x, y", "days": "",
        "reason": "made by the tests",
    }  # fmt: skip
    page = step(client, page, "try", **given).content.decode()
    assert "Dry run: 1 of 2 pending mismatches covered" in page
    page = step(client, page, "save").content.decode()
    assert IgnoreRule.objects.get().predicate == [
        {"column": "user_id", "operator": "prefix", "value": "test-"},
        {"column": "name", "operator": "in", "value": ["x", "y"]},
    ]
    assert "user_id prefix" in page
    assert "<dt>Ends</dt><dd>never</dd>" in page


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"reason": "x"}, "either a column or a predicate"),
        ({"column": "name"}, "Say why"),
        ({"column": "user_id", "reason": "x"}, "Select a valid choice"),
        (
            {"reason": "x", "conditions-0-column": "name", "conditions-0-operator": "prefix"},
            "A prefix is a text that isn&#x27;t empty",
        ),
        (
            {"reason": "x", "conditions-0-column": "name", "conditions-0-operator": "in", "conditions-0-value": " "},
            "a list that isn&#x27;t empty",
        ),
    ],
)
def test_a_rule_that_cannot_be_is_refused_on_its_page(visit, users, given, told):
    client = visit(Role.BATCH_ADMIN)
    page = step(client, text(client, f"{NEW}?mapping={users.pk}"), "save", **given).content.decode()
    assert told in page
    assert not IgnoreRule.objects.exists()


@pytest.mark.parametrize("role", READERS)
def test_readers_see_rules_and_writers_their_buttons(visit, users, role):
    rule = made(users)
    rules.count_hits({rule.pk: 1234})
    client = visit(role)
    page = text(client, RULES)
    for shown in ("column name", "titles are cut", "1,234", "active"):
        assert shown in page, shown
    page = text(client, page_of(rule))
    assert "1,234 times, last" in page
    for verb in ("disable", "expire"):
        assert (f"{RULES}{rule.pk}/{verb}/move/" in page) is (role in WRITERS)


@pytest.mark.parametrize("role", sorted(set(Role) - WRITERS))
def test_nobody_else_writes(visit, users, role):
    rule = made(users)
    client = visit(role)
    for path in ("new/", f"{rule.pk}/disable/move/", f"{rule.pk}/expire/move/"):
        assert client.post(f"{RULES}{path}", {"mapping": users.pk}).status_code == 403, path


def test_a_rule_is_disabled_enabled_and_ended(visit, users):
    rule = made(users)
    client = visit(Role.BATCH_ADMIN)
    for verb, told in (("disable", "is disabled"), ("enable", "is enabled"), ("expire", "has ended")):
        page = client.post(f"{RULES}{rule.pk}/{verb}/move/", follow=True).content.decode()
        assert f"Rule {rule.pk} of users {told}." in page
    assert "/move/" not in text(client, page_of(rule))


def test_a_rule_whose_column_is_gone_says_so(visit, users):
    rule = made(users, column="", predicate=[{"column": "name", "operator": "=", "value": "x"}])
    users.columns = COLUMNS[:1]
    users.save()
    assert "&#x27;name&#x27; is none of user_id" in text(visit(Role.AUDITOR), page_of(rule))
