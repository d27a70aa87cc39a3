"""What a run does with its items, whatever the steps."""

from typing import Any

import pytest

from batches.transform.pipeline import RowError
from tests.transform.pipelines.running import compiled, one

NUMBER = {"op": "cast", "field": "a", "to": "number"}
LARGE = {"op": "filter", "where": "a > 1"}


def test_the_first_bad_row_fails_all_of_them():
    items = [{"a": "1"}, {"b": 1, "a": "x"}, {"a": "y"}, 7]
    outcome = compiled(NUMBER).run(items, first_row=100)
    assert (outcome.results, outcome.filtered) == ([], 0)
    assert outcome.errors == [RowError(101, "a", "Invalid number format")]


def test_with_skip_bad_rows_are_left_out_and_listed_by_row():
    items = [{"a": "1"}, "no object", {"a": "x"}, {"b": 2}, None, {"a": "2"}, ["a"]]
    outcome = compiled(NUMBER).run(items, on_error="skip")
    assert outcome.results == [{"a": 1.0}, {"b": 2}, {"a": 2.0}]
    assert [(error.row, error.field) for error in outcome.errors] == [(1, None), (2, "a"), (4, None), (6, None)]


def test_a_row_has_one_error_the_first():
    outcome = compiled(NUMBER, {"op": "require", "fields": ["b"]}).run([{"a": "x"}], on_error="skip")
    assert outcome.errors == [RowError(0, "a", "Invalid number format")]


def test_results_keep_the_order_of_items_of_different_shapes():
    items = [
        {"a": number, **({"b": 1} if number % 3 else {}), **({"c": 1} if number % 5 else {})} for number in range(99)
    ]
    assert compiled(NUMBER).run(items).results == items


def test_filtered_items_are_counted_and_no_errors():
    outcome = compiled(LARGE).run([{"a": 1}, {"a": 2}, {"a": 3}])
    assert (outcome.results, outcome.filtered, outcome.errors) == ([{"a": 2}, {"a": 3}], 1, [])


def test_the_items_that_were_given_stay_as_they_are():
    items = [{"a": "1", "b": {"c": [1]}}]
    steps = [NUMBER, {"op": "rename", "fields": {"a": "z"}}, {"op": "drop", "fields": ["b"]}]
    assert compiled(*steps).run(items).results == [{"z": 1.0}]
    assert items == [{"a": "1", "b": {"c": [1]}}]


@pytest.mark.parametrize("items", [[], [{}], [{}] * 200])
def test_nothing_comes_of_nothing(items):
    assert compiled(NUMBER).run(items).results == items


def test_names_that_look_like_code_are_only_names():
    item = {'"]+__import__("os")#': 1, "{}": 2, "\\": 3, "\n": 4, "v0": 5}
    assert compiled(NUMBER).run([item] * 100).results == [item] * 100


def test_items_with_the_same_fields_in_another_order_are_the_same_to_it():
    items = [{"a": "1", "b": 1}, {"b": 1, "a": "1"}] * 50
    assert compiled(NUMBER).run(items).results == [{"a": 1.0, "b": 1}] * 100


def test_an_explanation_says_what_each_step_did():
    steps = [NUMBER, {"op": "trim", "fields": ["b"]}, {"op": "drop", "fields": ["b"]}, LARGE]
    told = compiled(*steps).explain({"a": "1", "b": "x"})
    assert [(step.op, step.item, step.changed) for step in told] == [
        ("cast", {"a": 1.0, "b": "x"}, ["a"]),
        ("trim", {"a": 1.0, "b": "x"}, []),
        ("drop", {"a": 1.0}, ["b"]),
        ("filter", None, []),
    ]
    assert told[-1].filtered
    assert [step.filtered for step in told[:-1]] == [False] * 3


def test_an_explanation_ends_with_the_step_that_an_item_did_not_pass():
    told = compiled({"op": "trim", "fields": ["a"]}, NUMBER, LARGE).explain({"a": "x"})
    assert [step.op for step in told] == ["trim", "cast"]
    assert told[-1].error == RowError(0, "a", "Invalid number format")


def test_an_explanation_of_something_else_than_an_object_is_an_error():
    (told,) = compiled(NUMBER).explain([1])
    assert told.error == RowError(0, None, "Not an object")


def test_equal_texts_are_computed_once(monkeypatch):
    from batches.transform.pipeline import masking
    from batches.transform.pipeline.texts import text_of

    asked = []

    def noted(value: Any) -> Any:
        asked.append(value)
        return text_of(value)

    monkeypatch.setattr(masking, "text_of", noted)
    step = {"op": "mask", "field": "a", "method": "hash", "salt": "long enough"}
    outcome = compiled(step).run([{"a": str(number % 3)} for number in range(300)])
    assert len({item["a"] for item in outcome.results}) == 3
    assert sorted(asked) == ["0", "1", "2"]


def test_items_whose_expressions_read_the_same_are_computed_once(monkeypatch):
    from batches.transform.pipeline import functions

    asked = []

    def upper(text: str) -> str:
        asked.append(text)
        return text.upper()

    monkeypatch.setitem(functions.FUNCTIONS, "upper", upper)
    step = {"op": "compute", "field": "b", "expression": "upper(a)"}
    outcome = compiled(step).run([{"a": "xyz"[number % 3], "n": number} for number in range(300)])
    assert [item["b"] for item in outcome.results[:4]] == ["X", "Y", "Z", "X"]
    assert sorted(asked) == ["x", "y", "z"]


def test_numbers_that_are_equal_and_not_the_same_are_told_apart():
    items = [{"a": given} for given in (1, 1.0, True, "1", 0.0, -0.0, False)]
    outcome = compiled({"op": "compute", "field": "a", "expression": "string(a)"}).run(items)
    assert [item["a"] for item in outcome.results] == ["1", "1.0", "true", "1", "0.0", "-0.0", "false"]


def test_one_item_of_many_shapes():
    items = [{f"f{number}": number} for number in range(200)]
    assert compiled(NUMBER).run(items).results == items
    assert one({"a": "1"}, NUMBER) == {"a": 1.0}
