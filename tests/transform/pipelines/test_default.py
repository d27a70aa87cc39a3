"""The pipeline that comes with the product: the contract's example, to the letter."""

import json

from batches.transform.models import PipelineVersion
from batches.transform.pipeline import RowError, compiled

SENT = """{"ts": "2024-01-01T00:00:00Z", "amt": "100.50", "email": "user@example.com", "phone": "555-0123"}"""
WANTED = (
    """{"timestamp": "2024-01-01T00:00:00Z", "amount": 100.50, "email": "u***r@example.com", "phone": "***-0123"}"""
)


def default():
    return compiled(PipelineVersion.objects.get(pipeline__is_default=True, active=True))


def test_the_request_of_the_contract_gives_its_response():
    outcome = default().run([json.loads(SENT)])
    assert (outcome.results, outcome.filtered, outcome.errors) == ([json.loads(WANTED)], 0, [])
    assert list(outcome.results[0]) == list(json.loads(WANTED)), "also in this order"


def test_the_error_of_the_contract_names_the_field_by_its_new_name():
    items = [json.loads(SENT) for _ in range(7)]
    items[5]["amt"] = "hundred"
    outcome = default().run(items)
    assert (outcome.results, outcome.errors) == ([], [RowError(5, "amount", "Invalid number format")])


def test_fields_that_it_does_not_know_stay_as_they_are():
    extra = {"order": 7, "tags": ["a"], "note": None}
    assert default().run([extra]).results == [extra]


def test_an_item_with_both_names_of_a_field_is_bad():
    outcome = default().run([{"amt": "1", "amount": "2"}])
    assert outcome.errors == [RowError(0, "amount", "The field is there already")]


def test_it_is_compiled_once():
    assert default() is default()
