"""Row rules and the mismatches that are open: a comparison and a re-check judge alike."""

from datetime import timedelta

import pytest
from django.utils import timezone

from project.access.models import AuditEntry
from project.postgres import sql
from reconciliation.models import IgnoreRule, Mapping, Mismatch
from reconciliation.services import rules
from reconciliation.services.recheck import recheck
from reconciliation.states import Strategy

pytestmark = pytest.mark.usefixtures("users")

WHERE = [{"column": "id", "operator": "=", "value": "3"}]


@pytest.fixture
def found(compared) -> Mismatch:
    """A row that differs, found before there was a rule."""
    sql.execute("UPDATE replica.users SET name = 'other' WHERE id = 3")
    compared()
    return Mismatch.objects.get()


def ruled(**values) -> IgnoreRule:
    return IgnoreRule.objects.create(mapping=Mapping.objects.get(), predicate=WHERE, reason="a test account", **values)


def names(mismatch: Mismatch) -> list[str]:
    return [event.name for event in mismatch.events.all()]


def test_an_open_mismatch_that_a_rule_covers_now_is_ignored_for_the_rule_s_reason(found, compared):
    until = timezone.now() + timedelta(days=1)
    rule = ruled(expires_at=until)
    audited = AuditEntry.objects.filter(operation__startswith="mismatch").count()
    assert compared().mismatch_count == 0
    found.refresh_from_db()
    rule.refresh_from_db()
    assert (found.resolution_status, found.resolution_notes, found.resolved_by) == ("IGNORED", "a test account", None)
    assert (found.ignored_until, found.version, rule.hits) == (until, 2, 1)
    assert names(found) == ["detected", "covered"]
    assert found.events.last().note == "a test account"
    assert AuditEntry.objects.filter(operation__startswith="mismatch").count() == audited
    compared()
    assert names(found) == ["detected", "covered"]


def test_what_a_rule_ignored_is_pending_again_once_no_rule_covers_it(found, compared):
    rule = ruled()
    compared()
    rules.disable(rule=rule, actor=None)
    assert compared().mismatch_count == 1
    found.refresh_from_db()
    assert (found.resolution_status, found.resolution_notes, found.version) == ("PENDING", None, 3)
    assert names(found) == ["detected", "covered", "reopened"]


def test_what_a_rule_covers_and_no_range_found_is_ignored_too(found, compared):
    ruled()
    sql.execute("UPDATE upstream.users SET updated_at = updated_at - interval '1 day'")
    sql.execute("UPDATE replica.users SET updated_at = updated_at - interval '1 day'")
    compared(Strategy.TIMESTAMP_RANGE)
    found.refresh_from_db()
    assert found.resolution_status == "IGNORED"


def test_a_recheck_ignores_what_a_rule_covers(found):
    rule = ruled()
    result = recheck(mismatch_id=found.pk, actor=None)
    found.refresh_from_db()
    rule.refresh_from_db()
    assert (found.resolution_status, found.resolution_notes, rule.hits) == ("IGNORED", "a test account", 1)
    assert names(found) == ["detected", "covered"]
    assert "a rule covers it: a test account" in result.text


def test_a_recheck_leaves_what_was_resolved_so_while_a_rule_covers_it(found):
    ruled()
    Mismatch.objects.update(resolution_status="MANUAL_RESOLVED", resolution_notes="done")
    recheck(mismatch_id=found.pk, actor=None)
    found.refresh_from_db()
    assert (found.resolution_status, found.resolution_notes) == ("MANUAL_RESOLVED", "done")
    assert names(found) == ["detected", "rechecked"]


def test_a_recheck_reopens_what_a_rule_ignored_once_none_covers_it(found, compared):
    rule = ruled()
    compared()
    rules.disable(rule=rule, actor=None)
    recheck(mismatch_id=found.pk, actor=None)
    found.refresh_from_db()
    assert (found.resolution_status, names(found)[-1]) == ("PENDING", "reopened")
