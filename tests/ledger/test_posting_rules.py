"""Two rules of one source, fund and product never hold on the same day."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from batches.ledger import sample
from batches.ledger.models import Account, PostingRule


def rule(**change) -> PostingRule:
    """A copy of the sample's rule for premiums and Tabarru, which holds from 2000 on."""
    made = PostingRule.objects.get(source__code="PREMIUM", fund__code="TABARRU", product_code=None)
    made.pk = None
    for name, value in change.items():
        setattr(made, name, value)
    return made


@pytest.fixture(autouse=True)
def chart():
    sample.load()


def test_the_sample_is_loaded_once():
    before = list(PostingRule.objects.values_list("pk", flat=True))
    sample.load()
    assert list(PostingRule.objects.values_list("pk", flat=True)) == before
    assert len(before) == 7


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"valid_from": date(2030, 1, 1)},
        {"valid_from": date(1999, 1, 1), "valid_to": date(2000, 1, 1)},
    ],
)
def test_an_overlap_is_refused_by_form_and_database(change):
    with pytest.raises(ValidationError, match="Overlaps"):
        rule(**change).full_clean()
    with pytest.raises(IntegrityError, match="posting_rule_no_overlap"):
        rule(**change).save()


@pytest.mark.parametrize(
    "change", [{"product_code": "P"}, {"valid_from": date(1999, 1, 1), "valid_to": date(1999, 12, 31)}]
)
def test_another_product_or_another_time_is_no_overlap(change):
    rule(**change).full_clean()
    rule(**change).save()


def test_the_end_of_one_rule_is_the_start_of_the_next():
    PostingRule.objects.filter(source__code="PREMIUM", fund__code="TABARRU").update(valid_to=date(2024, 12, 31))
    rule(valid_from=date(2025, 1, 1), valid_to=None).save()


def test_both_sides_are_two_active_accounts():
    bank = Account.objects.get(code="1010-001")
    with pytest.raises(IntegrityError, match="posting_rule_two_accounts"):
        rule(product_code="P", debit_account=bank, credit_account=bank).save()
    bank.active = False
    with pytest.raises(ValidationError, match="not active"):
        rule(product_code="P", debit_account=bank).full_clean()


def test_a_rule_does_not_end_before_it_begins():
    with pytest.raises(IntegrityError, match="posting_rule_valid_dates"):
        rule(product_code="P", valid_from=date(2025, 2, 1), valid_to=date(2025, 1, 1)).save()
