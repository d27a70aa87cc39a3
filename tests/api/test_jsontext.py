"""Reading JSON quickly gives what the standard module gives, or says that it can't."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from project.api import jsontext

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def read(text: bytes) -> Any:
    try:
        return jsontext.quickly(text)
    except jsontext.Unusual:
        return json.loads(text)


def same(one: Any, other: Any) -> bool:
    """Equal to the sign of a zero and the kind of a number."""
    return repr(one) == repr(other)


@given(VALUES, st.booleans())
def test_any_document_reads_as_it_was_written(document, ascii_only):
    text = json.dumps(document, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert same(read(text), json.loads(text))


@pytest.mark.parametrize(
    "text",
    ["-0", "-0.0", "1E+2", "0.1e-400", "9223372036854775808", "18446744073709551616", "-9223372036854775809",
     "1" * 40, "0.1000000000000000055511151231257827", '{"a":1,"a":2}', ' [1 , "x"]\n'],
)  # fmt: skip
def test_numbers_keep_their_kind_and_value(text):
    assert same(read(text.encode()), json.loads(text))


@pytest.mark.parametrize("text", [b"", b"[1,]", b"NaN", b"1e400", b'"\\ud800"', b"\xff", b'{"a":1} x', b"[" * 5000])
def test_what_it_does_not_read_is_left_to_the_standard_module(text):
    with pytest.raises(jsontext.Unusual):
        jsontext.quickly(text)
