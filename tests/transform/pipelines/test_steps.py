"""The steps that neither cast, mask nor compute, and how wrong steps are refused."""

import re
import uuid
from importlib import import_module

import pytest

from batches.transform.pipeline import RowError
from tests.transform.pipelines.running import compiled, one, reason, refused, value

TRIM = {"op": "trim", "fields": ["a"]}
TABLE = {"ID": "Indonesia", "1": 1, "true": None}


def test_rename_keeps_the_place_of_a_field_and_takes_those_that_are_there():
    step = {"op": "rename", "fields": {"b": "x", "missing": "y"}}
    assert list(one({"a": 1, "b": 2, "c": 3}, step).items()) == [("a", 1), ("x", 2), ("c", 3)]


def test_rename_can_swap_and_pass_on():
    assert one({"a": 1, "b": 2}, {"op": "rename", "fields": {"a": "b", "b": "a"}}) == {"b": 1, "a": 2}
    assert one({"a": 1, "b": 2}, {"op": "rename", "fields": {"a": "b", "b": "c"}}) == {"b": 1, "c": 2}


def test_rename_overwrites_nothing():
    outcome = compiled({"op": "rename", "fields": {"a": "b", "b": "c"}}).run([{"a": 1, "b": 2, "c": 3}])
    assert outcome.errors == [RowError(0, "c", "The field is there already")]


def test_default_fills_what_is_absent_or_null():
    step = {"op": "default", "field": "a", "value": 7}
    assert [one(item, step)["a"] for item in ({}, {"a": None}, {"a": 0}, {"a": ""})] == [7, 7, 0, ""]


def test_default_can_be_generated():
    found = compiled({"op": "default", "field": "id", "generate": "uuid"}).run([{}, {}, {"id": 1}]).results
    assert uuid.UUID(found[0]["id"]) != uuid.UUID(found[1]["id"])
    assert found[2] == {"id": 1}
    now = one({}, {"op": "default", "field": "at", "generate": "now"})["at"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", now)


@pytest.mark.parametrize("item", [{}, {"a": None}, {"a": ""}])
def test_require_refuses_what_is_not_there(item):
    outcome = compiled({"op": "require", "fields": ["b", "a"]}).run([{"b": 0, **item}])
    assert outcome.errors == [RowError(0, "a", "Required")]


@pytest.mark.parametrize("given", [0, False, " ", [], {}])
def test_require_takes_any_value(given):
    assert one({"a": given}, {"op": "require", "fields": ["a"]}) == {"a": given}


def test_trim_and_case_change_texts_alone():
    assert one({"a": " x ", "b": 1}, {"op": "trim", "fields": ["a", "b", "c"]}) == {"a": "x", "b": 1}
    for to, made in (("upper", "AB CD"), ("lower", "ab cd"), ("title", "Ab Cd")):
        assert one({"a": "aB cD", "b": None}, {"op": "case", "fields": ["a", "b"], "to": to}) == {"a": made, "b": None}


@pytest.mark.parametrize(
    ("more", "made"),
    [
        ({"pattern": r"\d"}, "a- b-"),
        ({"pattern": r"(\w)(\d)-", "replacement": r"\2\1/"}, "1a/ 2b/"),
        ({"pattern": "A", "replacement": "x"}, "a1- b2-"),
        ({"pattern": "A", "replacement": "x", "ignore_case": True}, "x1- b2-"),
    ],
)
def test_regex_replace(more, made):
    assert value("a1- b2-", {"op": "regex_replace", **more}) == made


def test_regex_replace_leaves_what_is_no_text():
    assert value(5, {"op": "regex_replace", "pattern": "5"}) == 5


def test_a_pattern_that_others_choke_on_takes_no_time():
    assert (
        value("a" * 19_999 + "!", {"op": "regex_replace", "pattern": "(a+)+$", "replacement": "x"})
        == "a" * 19_999 + "!"
    )


def test_what_a_pattern_reads_and_makes_is_bounded():
    step = {"op": "regex_replace", "pattern": "x", "replacement": "y" * 100}
    assert reason("x" * 20_001, step) == "Text is longer than 20000 characters"
    assert reason("x" * 201, step) == "Text is longer than 20000 characters"
    assert reason("\ud800", step) == "Text has half of a surrogate pair"


def test_lookup_replaces_what_is_in_the_table():
    step = {"op": "lookup", "table": TABLE}
    assert [value(given, step) for given in ("ID", 1, "1", True, None)] == ["Indonesia", 1, 1, None, None]
    assert reason("XX", step) == "Not in the table"
    assert reason([1], step) == "Objects and lists are no text"


def test_lookup_has_a_default_also_null():
    assert value("XX", {"op": "lookup", "table": TABLE, "default": "elsewhere"}) == "elsewhere"
    assert value("XX", {"op": "lookup", "table": TABLE, "default": None}) is None
    assert value(None, {"op": "lookup", "table": TABLE, "default": "none"}) == "none"


def test_lookup_can_write_another_field():
    step = {"op": "lookup", "field": "a", "to": "b", "table": TABLE}
    assert one({"a": "ID"}, step) == {"a": "ID", "b": "Indonesia"}
    assert one({"c": 1}, step) == {"c": 1}
    assert compiled(step).run([{"a": "XX"}]).errors == [RowError(0, "a", "Not in the table")]


def test_drop_takes_fields_or_all_but_some():
    assert one({"a": 1, "b": 2}, {"op": "drop", "fields": ["b", "x"]}) == {"a": 1}
    assert one({"a": 1, "b": 2}, {"op": "drop", "except": ["b", "x"]}) == {"b": 2}


@pytest.mark.parametrize(
    ("steps", "field"),
    [
        ([], "steps"),
        ([TRIM] * 101, "steps"),
        ([{"op": "lookup", "field": "a", "table": {"a": "x" * 1024 * 1024}}], "steps"),
        ([TRIM, "trim"], "steps.1"),
        ([TRIM, {}], "steps.1.op"),
        ([{"op": "shuffle"}], "steps.0.op"),
        ([{"op": ["trim"]}], "steps.0.op"),
        ([{"op": "trim"}], "steps.0.fields"),
        ([{"op": "trim", "fields": []}], "steps.0.fields"),
        ([{"op": "trim", "fields": [1]}], "steps.0.fields.0"),
        ([{"op": "trim", "fields": ["x" * 201]}], "steps.0.fields.0"),
        ([{**TRIM, "colour": "red"}], "steps.0.colour"),
        ([{"op": "rename", "fields": {}}], "steps.0.fields"),
        ([{"op": "rename", "fields": {"a": "x", "b": "x"}}], "steps.0"),
        ([{"op": "rename", "fields": {"a": 1}}], "steps.0.fields.a"),
        ([{"op": "default", "field": "a"}], "steps.0"),
        ([{"op": "default", "field": "a", "value": 1, "generate": "now"}], "steps.0"),
        ([{"op": "drop"}], "steps.0"),
        ([{"op": "drop", "fields": ["a"], "except": ["b"]}], "steps.0"),
        ([{"op": "case", "fields": ["a"], "to": "camel"}], "steps.0.to"),
        ([{"op": "lookup", "field": "a", "table": {}}], "steps.0.table"),
        ([{"op": "lookup", "field": "a", "table": {"a": []}}], "steps.0.table.a"),
        ([{"op": "lookup", "field": "a", "table": {str(n): n for n in range(10_001)}}], "steps.0.table"),
        ([{"op": "regex_replace", "field": "a", "pattern": "("}], "steps.0.pattern"),
        ([{"op": "regex_replace", "field": "a", "pattern": r"(a)\1"}], "steps.0.pattern"),
        ([{"op": "regex_replace", "field": "a", "pattern": "a{1001}"}], "steps.0.pattern"),
        ([{"op": "regex_replace", "field": "a", "pattern": "a", "replacement": r"\1"}], "steps.0.pattern"),
        ([{"op": "regex_replace", "field": "a", "pattern": "x" * 1001}], "steps.0.pattern"),
        ([{"op": "filter", "where": "x" * 1001}], "steps.0.where"),
    ],
)
def test_wrong_steps_are_refused_by_their_place(steps, field):
    assert field in refused(*steps)


@pytest.mark.parametrize("steps", [None, {}, "trim", 1])
def test_steps_are_a_list(steps):
    from batches.transform.pipeline import check
    from project.api.errors import InvalidRequest

    with pytest.raises(InvalidRequest) as raised:
        check(steps)
    assert raised.value.details == {"fields": {"steps": ["Must be a list of steps."]}}


def test_a_pattern_that_looks_to_the_end_after_each_match_is_ended_with_row_and_field(monkeypatch):
    monkeypatch.setattr(import_module("batches.transform.pipeline.compiled"), "RUN_SECONDS", 0.01)
    slow = compiled({"op": "regex_replace", "field": "a", "pattern": "a(.*z)?", "replacement": "b"})
    outcome = slow.run([{"a": "ab"}, {"a": "a" * 20_000}], on_error="skip", first_row=5)
    assert (6, "a", "The pipeline takes too long") in [(bad.row, bad.field, bad.reason) for bad in outcome.errors]


@pytest.mark.parametrize("replacement", [r"\ud800", r"a\x00", r"\1\udfff"])
def test_a_replacement_that_can_not_be_stored_is_refused(replacement):
    step = {"op": "regex_replace", "field": "a", "pattern": "(x)", "replacement": replacement}
    assert refused(step) == {
        "steps.0.pattern": ["NUL and half of a surrogate pair can't stand in a replacement."],
    }


def test_a_replacement_keeps_its_letters():
    assert value("x", {"op": "regex_replace", "pattern": "(x)", "replacement": r"é\1—"}) == "éx—"
