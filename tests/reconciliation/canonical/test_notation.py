"""Types as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from project.api.errors import InvalidRequest
from reconciliation.canonical import Type
from reconciliation.canonical.common import UncomparableType, common
from reconciliation.canonical.notation import parse, written

PLAIN = st.sampled_from(
    [
        "boolean",
        "decimal",
        "text",
        "bytes",
        "uuid",
        "date",
        "duration",
        "inet",
        "json",
        "integer(1)",
        "integer(8)",
        "float(4)",
        "float(8)",
        "time(us)",
        "timestamp(ms)",
    ]
).map(parse)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=8)


def nested(inner: st.SearchStrategy[Type]) -> st.SearchStrategy[Type]:
    fields = st.lists(st.tuples(NAMES, inner), min_size=1, max_size=3)
    return st.one_of(
        st.tuples(st.sampled_from(["list", "set"]), inner).map(lambda one: Type(one[0], (one[1],))),
        st.tuples(inner, inner).map(lambda two: Type("map", two)),
        st.lists(inner, min_size=1, max_size=3).map(lambda several: Type("tuple", tuple(several))),
        fields.map(lambda f: Type("record", tuple(t for _, t in f), fields=tuple(n for n, _ in f))),
    )


@given(st.recursive(PLAIN, nested, max_leaves=5))
def test_what_is_written_is_read_again(type_: Type):
    assert parse(written(type_)) == type_


@pytest.mark.parametrize(
    "text",
    [
        "",
        "varchar",
        "integer",
        "integer(3)",
        "timestamp(ns)",
        "list",
        "list<>",
        "list<text",
        "map<text>",
        "text text",
        "record<text>",
        "list<text>>",
        "text(4)",
        "record<a text,>",
        "☃",
    ],
)
def test_what_names_no_type_is_refused_by_name(text: str):
    with pytest.raises(InvalidRequest) as refused:
        parse(text)
    assert "type" in refused.value.details["fields"]


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("integer(4)", "integer(8)", "integer(8)"),
        ("integer(8)", "decimal", "decimal"),
        ("float(4)", "float(8)", "float(8)"),
        ("decimal", "float(8)", "decimal"),
        ("timestamp(ms)", "timestamp(us)", "timestamp(us)"),
        ("set<text>", "list<text>", "set<text>"),
        ("list<integer(4)>", "list<integer(8)>", "list<integer(8)>"),
        ("map<text,integer(4)>", "json", "map<text,integer(4)>"),
        ("text", "json", "json"),
        ("record<a text,b integer(4)>", "record<x text,y integer(8)>", "record<a text,b integer(8)>"),
        ("tuple<text>", "record<a text>", "record<a text>"),
    ],
)
def test_two_types_are_compared_as_the_one_that_holds_both(source: str, target: str, expected: str):
    assert written(common(parse(source), parse(target))) == expected
    assert written(common(parse(target), parse(source))).startswith(expected.split("<")[0])


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("text", "integer(4)"),
        ("boolean", "integer(2)"),
        ("date", "timestamp(us)"),
        ("tuple<text>", "tuple<text,text>"),
        ("float(4)", "decimal"),
        ("bytes", "text"),
        ("list<text>", "list<bytes>"),
    ],
)
def test_types_without_a_common_form_are_refused_naming_both(source: str, target: str):
    with pytest.raises(UncomparableType) as refused:
        common(parse(source), parse(target))
    assert refused.value.code == "UNCOMPARABLE_TYPE"
