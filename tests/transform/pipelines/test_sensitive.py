"""A sensitive field leaves masked, whatever it is called by then, or the pipeline is none."""

import pytest

from batches.transform.pipeline import check
from tests.transform.pipelines.running import refused

MASK = {"op": "mask", "field": "email", "method": "email"}


def compute(field, expression):
    return {"op": "compute", "field": field, "expression": expression}


@pytest.mark.parametrize(
    ("steps", "left_as"),
    [
        ([{"op": "trim", "fields": ["email"]}], ""),
        ([{"op": "drop", "fields": ["phone"]}], ""),
        ([{"op": "drop", "except": ["email"]}], ""),
        ([{"op": "rename", "fields": {"email": "mail"}}], " as mail"),
        ([{"op": "rename", "fields": {"email": "mail"}}, MASK], " as mail"),
        ([{"op": "rename", "fields": {"email": "phone", "phone": "email"}}, MASK], " as phone"),
        ([compute("copy", "email"), MASK], " as copy"),
        ([compute("copy", 'lower(field("email"))'), MASK], " as copy"),
        (
            [compute("copy", "'' if x else trim(email)"), compute("second", "copy"), MASK, compute("copy", "1")],
            " as second",
        ),
        ([compute("domain", "substring(email, 3)"), MASK], " as domain"),
        ([{"op": "lookup", "field": "email", "to": "copy", "table": {"a": 1}}, MASK], " as copy"),
        ([{"op": "regex_replace", "field": "email", "pattern": ".", "replacement": "x"}], ""),
        ([{"op": "lookup", "field": "other", "to": "email", "table": {"a": 1}}], ""),
        ([MASK, {"op": "rename", "fields": {"other": "x"}}, compute("y", "1")], None),
    ],
)
def test_it_is_followed_through_renames_and_copies(steps, left_as):
    if left_as is None:
        assert check(steps, ["email"])
    else:
        said = refused(*steps, sensitive=["email"])
        assert said == {"sensitive": [f"email leaves unmasked{left_as}. Mask or drop it."]}


@pytest.mark.parametrize(
    "steps",
    [
        [MASK],
        [{"op": "drop", "fields": ["email"]}],
        [{"op": "drop", "except": ["phone"]}],
        [MASK, compute("copy", "email")],
        [compute("email", "'none'")],
        [{"op": "filter", "where": "length(email) > 3"}, MASK],
        [{"op": "rename", "fields": {"email": "mail"}}, {**MASK, "field": "mail"}],
        [compute("copy", "email"), {**MASK, "field": "copy"}, MASK],
        [compute("copy", "email"), {"op": "drop", "except": ["total"]}],
    ],
)
def test_masked_dropped_or_overwritten_it_is_safe(steps):
    assert check(steps, ["email"])


def test_each_sensitive_field_counts():
    assert refused(MASK, sensitive=["email", "phone"]) == {"sensitive": ["phone leaves unmasked. Mask or drop it."]}


@pytest.mark.parametrize("sensitive", ["email", [1], [""], ["x" * 201], {"email": 1}, None, ["x"] * 1001])
def test_what_is_no_list_of_names_is_refused(sensitive):
    assert list(refused(MASK, sensitive=sensitive)) == ["sensitive"]
