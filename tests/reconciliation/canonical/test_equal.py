"""Tolerances, ignored columns and digests."""

import pytest

from reconciliation.canonical import Compared, Rule, Type
from reconciliation.canonical.digest import digest
from reconciliation.canonical.encode import encode
from reconciliation.canonical.equal import equal
from reconciliation.canonical.notation import parse


def compared(type_: Type, **rule: object) -> Compared:
    return Compared(source="a", target="a", type=type_, rule=Rule.of(rule))


@pytest.mark.parametrize(
    ("type_", "one", "other", "rule", "expected"),
    [
        ("decimal", "1.00", "1.01", {}, False),
        ("decimal", "1.00", "1.01", {"absolute": 0.01}, True),
        ("decimal", "1.00", "1.0100000000000000001", {"absolute": 0.01}, False),
        ("decimal", "1000", "1009", {"relative": 0.01}, True),
        ("decimal", "1000", "1020", {"relative": 0.01}, False),
        ("decimal", "NaN", "1", {"absolute": 100}, False),
        ("integer(4)", 5, 6, {"absolute": 1}, True),
        ("float(8)", 0.0, -0.0, {}, False),
        ("float(8)", 0.0, -0.0, {"absolute": 0}, True),
        ("float(8)", "NaN", "NaN", {}, True),
        ("float(8)", "Infinity", "-Infinity", {"relative": 10}, False),
        ("timestamp(us)", "2025-11-20T10:00:00.000001Z", "2025-11-20T10:00:01.000001Z", {"absolute": 1}, True),
        ("timestamp(us)", "2025-11-20T10:00:00.000001Z", "2025-11-20T10:00:01.000002Z", {"absolute": 1}, False),
        ("timestamp(ms)", "2025-11-20T10:00:00Z", "2025-11-20T10:00:00.5Z", {"absolute": 0.5}, True),
        ("timestamp(us)", "2025-11-20T10:00:00Z", "2025-11-20T10:00:02.9Z", {"absolute": 2, "unit": "s"}, True),
        ("timestamp(us)", "infinity", "infinity", {"absolute": 1}, True),
        ("timestamp(us)", "infinity", "2025-11-20T10:00:00Z", {"absolute": 1e12}, False),
        ("timestamp(us)", "300000000-01-01T00:00:01Z", "300000000-01-01T00:00:00Z", {"absolute": 1}, True),
        ("text", "a", "b", {"absolute": 5}, False),
        ("text", "a", "b", {"ignore": True}, True),
        ("text", "a", None, {"absolute": 5}, False),
        ("text", None, None, {}, True),
    ],
)
def test_a_rule_says_how_near_is_equal(type_: str, one, other, rule: dict, expected: bool):
    kind = parse(type_)
    pair = compared(kind, **rule)
    assert equal(pair, encode(one, kind, pair.rule), encode(other, kind, pair.rule)) is expected


def test_a_digest_tells_rows_apart_that_join_to_the_same():
    rows = [(b"a", b"bc"), (b"ab", b"c"), (b"abc",), (b"abc", None), (b"abc", b""), (None, b"abc")]
    assert len({digest(row) for row in rows}) == len(rows)
    assert digest((b"a",)) == digest((b"a",))
    assert len(digest((b"a",))) == 16
