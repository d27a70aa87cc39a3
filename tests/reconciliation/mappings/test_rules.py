"""Ignore rules: what they cover, until when, and how often."""

from datetime import timedelta

import pytest
from django.utils import timezone

from project.access.models import AuditEntry
from project.access.roles import Role
from project.api.errors import Conflict, InvalidRequest
from reconciliation.models import IgnoreRule
from reconciliation.services import rules
from reconciliation.states import MismatchType, Resolution
from tests.reconciliation import rows

COLUMNS = [
    {"source": "userId", "target": "user_id", "type": "text", "key": True, "rule": {}},
    {"source": "fullName", "target": "name", "type": "text", "key": False, "rule": {}},
    {"source": "amount", "target": "amount", "type": "decimal", "key": False, "rule": {}},
    {"source": "deleted", "target": "deleted", "type": "boolean", "key": False, "rule": {}},
    {"source": "at", "target": "at", "type": "timestamp(ms)", "key": False, "rule": {}},
]
ROW = {"userId": "u-1", "fullName": "Ann", "amount": "12.50", "deleted": False, "at": "2025-11-20T10:00:00+00:00"}
COPY = {"user_id": "u-1", "name": "Bea", "amount": "12.75", "deleted": True, "at": "2025-11-20T11:00:00+00:00"}


@pytest.fixture
def users(database):
    return rows.mapping("users", columns=COLUMNS)


def made(mapping, **given) -> IgnoreRule:
    return rules.create(mapping=mapping, **{"reason": "expected", "actor": None, **given})


def where(*conditions: tuple) -> list[dict]:
    return [dict(zip(("column", "operator", "value"), condition, strict=False)) for condition in conditions]


def covers(mapping, *conditions: tuple, source=ROW, target=COPY) -> bool:
    made(mapping, predicate=where(*conditions))
    return rules.matching(rules.row_rules(mapping.pk), source, target) is not None


def test_a_rule_on_a_column_leaves_it_out(users):
    made(users, column="name")
    assert rules.ignored_columns(users.pk) == frozenset({"name"})


def test_a_rule_that_expired_or_is_disabled_covers_nothing(users):
    expired, disabled = made(users, column="name"), made(users, predicate=where(("amount", ">", 0)))
    rules.expire(rule=expired, actor=None)
    rules.disable(rule=disabled, actor=None)
    assert rules.ignored_columns(users.pk) == frozenset()
    assert rules.row_rules(users.pk) == []
    rules.enable(rule=disabled, actor=None)
    assert len(rules.row_rules(users.pk)) == 1


def test_a_rule_ends_at_its_moment(users):
    made(users, column="name", expires_at=timezone.now() + timedelta(days=1))
    assert rules.ignored_columns(users.pk) == frozenset({"name"})
    IgnoreRule.objects.update(expires_at=timezone.now())
    assert rules.ignored_columns(users.pk) == frozenset()


def test_a_rule_of_one_mapping_is_none_of_another(users):
    made(users, column="name")
    assert rules.ignored_columns(rows.mapping("orders").pk) == frozenset()


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (("name", "=", "Ann"), True),
        (("name", "=", "Bea"), True),  # the target's
        (("name", "=", "Cid"), False),
        (("name", "!=", "Ann"), True),
        (("name", "prefix", "An"), True),
        (("name", "prefix", "nn"), False),
        (("name", "in", ["Cid", "Ann"]), True),
        (("amount", "=", 12.5), True),
        (("amount", "=", "12.500"), True),
        (("amount", "<", 9), False),  # numbers, not texts
        (("amount", ">", 12.6), True),
        (("amount", ">=", 12.75), True),
        (("amount", "<=", 12.4), False),
        (("deleted", "=", True), True),
        (("at", "<", "2025-11-20T10:30:00Z"), True),
        (("at", "<", "2025-11-20T12:00:00+02:00"), False),
        (("at", "=", "2025-11-20T13:00:00+02:00"), True),
        (("user_id", "is_null"), False),
        (("user_id", "not_null"), True),
    ],
)
def test_a_condition_is_on_the_value_of_either_side(users, condition, holds):
    assert covers(users, condition) is holds


def test_all_conditions_have_to_hold_on_one_side(users):
    assert covers(users, ("name", "=", "Ann"), ("deleted", "=", False))
    IgnoreRule.objects.all().delete()
    assert not covers(users, ("name", "=", "Ann"), ("deleted", "=", True))


def test_null_fulfils_nothing_but_is_null(users):
    empty = {**ROW, "fullName": None}
    for operator, value in (("=", "x"), ("!=", "x"), ("<", "x"), ("in", ["x"]), ("prefix", "x"), ("not_null", None)):
        IgnoreRule.objects.all().delete()
        assert not covers(users, ("name", operator, value) if value else ("name", operator), source=empty, target=None)
    IgnoreRule.objects.all().delete()
    assert covers(users, ("name", "is_null"), source=empty, target=None)


def test_a_row_that_is_missing_fulfils_nothing(users):
    assert not covers(users, ("name", "is_null"), source=None, target=None)


def test_the_first_rule_that_covers_a_row_is_given(users):
    first, _ = made(users, predicate=where(("amount", ">", 0))), made(users, predicate=where(("amount", ">", 1)))
    found = rules.matching(rules.row_rules(users.pk), ROW, COPY)
    assert (found.id, found.reason) == (first.pk, "expected")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "either a column or a predicate"),
        ({"column": "name", "predicate": where(("name", "=", "x"))}, "either a column or a predicate"),
        ({"column": "nme"}, "'nme' is none of"),
        ({"column": "user_id"}, "part of the key"),
        ({"column": "name", "reason": " "}, "Say why"),
        ({"column": "name", "expires_at": timezone.now() - timedelta(seconds=1)}, "expires_at"),
        ({"predicate": []}, "at least one condition"),
        ({"predicate": [{"column": "name"}]}, "members column, operator and value"),
        ({"predicate": [{"column": "name", "operator": "=", "value": "x", "or": 1}]}, "members"),
        ({"predicate": where(("nme", "=", "x"))}, r"predicate\[0\].column"),
        ({"predicate": where(("name", "~", "x"))}, r"predicate\[0\].operator"),
        ({"predicate": where(("amount", "=", "lots"))}, "no decimal"),
        ({"predicate": where(("amount", "=", None))}, "is_null"),
        ({"predicate": where(("amount", "=", "NaN"))}, "no decimal"),
        ({"predicate": where(("name", "in", "x"))}, "takes a list"),
        ({"predicate": where(("name", "is_null", "x"))}, "takes no value"),
        ({"predicate": where(("at", ">", "yesterday"))}, "no timestamp"),
        ({"predicate": where(*[("name", "=", "x")] * 21)}, "At most 20"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_by_field(users, given, told):
    with pytest.raises(InvalidRequest, match=told):
        made(users, **given)


def test_writes_are_in_the_audit_trail(users, user_for):
    person = user_for(Role.RECONCILIATION_OPERATOR)
    rule = made(users, column="name", actor=person)
    rules.disable(rule=rule, actor=person)
    rules.disable(rule=rule, actor=person)  # which changes nothing
    rules.expire(rule=rule, actor=person)
    with pytest.raises(Conflict, match="already"):
        rules.expire(rule=IgnoreRule.objects.get(), actor=person)
    found = [entry.operation for entry in AuditEntry.objects.order_by("pk")]
    assert found == ["ignore_rule.create", "ignore_rule.disable", "ignore_rule.expire"]
    assert rule.created_by == person


def test_hits_are_added(users):
    rule = made(users, column="name")
    rules.count_hits({rule.pk: 3})
    rules.count_hits({rule.pk: 2})
    rule.refresh_from_db()
    assert rule.hits == 5
    assert rule.last_hit_at is not None


def test_a_dry_run_says_what_a_column_would_cover(users):
    job = rows.job("users")
    only, _ = rows.mismatch(job, columns=["name"]), rows.mismatch(job, columns=["amount"])
    rows.mismatch(job, columns=["name", "amount"])
    rows.mismatch(job, columns=[], mismatch_type=MismatchType.MISSING_IN_POSTGRES)
    rows.mismatch(job, columns=["name"], resolution_status=Resolution.IGNORED)
    found = rules.dry_run(rules.build(mapping=users, column="name", reason="x"))
    assert (found.open, found.covered, found.samples) == (4, 1, [only])
    assert not IgnoreRule.objects.exists()


def test_a_dry_run_counts_with_the_rules_that_hold(users):
    rows.mismatch(rows.job("users"), columns=["name", "amount"])
    made(users, column="amount")
    assert rules.dry_run(rules.build(mapping=users, column="name", reason="x")).covered == 1


def test_a_dry_run_says_what_a_predicate_would_cover(users):
    job = rows.job("users")
    rows.mismatch(job, source_data=ROW, target_data=None, mismatch_type=MismatchType.MISSING_IN_POSTGRES)
    rows.mismatch(job, source_data={**ROW, "deleted": True}, target_data=None)
    found = rules.dry_run(rules.build(mapping=users, predicate=where(("deleted", "=", True)), reason="x"))
    assert (found.open, found.covered) == (2, 1)
