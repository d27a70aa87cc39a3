"""The parts of a comparison that need no server, on rows in memory."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.comparing import keys
from reconciliation.comparing.confirming import confirm
from reconciliation.comparing.findings import KeysRepeat
from reconciliation.comparing.judging import Judge
from reconciliation.comparing.looking_up import look_up_source, look_up_target
from reconciliation.comparing.merging import merge
from reconciliation.comparing.pace import FEWEST, MOST, MOST_IN_MEMORY, Pace, rows_of_range
from reconciliation.definition import Definition, Place, columns
from reconciliation.sources.protocol import Key, ReadTimeout, Row

PLACE = Place(connection="x", kind="postgresql", address="", password_variable="", options={}, schema="s", table="t")
DEFINITION = Definition(
    mapping_id=1, name="t", version=1, source=PLACE, target=PLACE, timestamp_column="", token_column="",
    lag_seconds=0.0, chunk_seconds=0.5, rows_per_second=None,
    columns=columns([
        {"source": "id", "target": "id", "type": "text", "key": True},
        {"source": "value", "target": "value", "type": "text"},
    ]),
)  # fmt: skip
tables_of_rows = st.dictionaries(
    st.binary(min_size=1, max_size=2), st.one_of(st.none(), st.binary(max_size=1)), max_size=12
)


class Rows:
    """The rows of one side."""

    def __init__(self, rows: Mapping[bytes, bytes | None]) -> None:
        self.rows: dict[Key, Row] = {(key,): (key, value) for key, value in rows.items()}

    def pages(self, size: int = 3) -> Iterator[list[Row]]:
        rows = list(self.rows.values())
        yield from (rows[first : first + size] for first in range(0, len(rows), size))

    def fetch(self, wanted: Sequence[Key]) -> dict[Key, Row]:
        return {key: self.rows[key] for key in wanted if key in self.rows}

    def written_since(self, *_: Any) -> set[Key]:
        return set()

    def expiring(self, *_: Any) -> set[Key]:
        return set()

    def shown(self, row: Row) -> dict[str, Any]:
        return {"id": row[0], "value": row[1]}


class Hasty(Rows):
    """Takes too long over more than one key."""

    def fetch(self, wanted: Sequence[Key]) -> dict[Key, Row]:
        if len(wanted) > 1:
            raise ReadTimeout("too long")
        return super().fetch(wanted)


def judge(**left_out: int) -> Judge:
    return Judge(DEFINITION, left_out)


def apart(source: Mapping[bytes, bytes | None], target: Mapping[bytes, bytes | None]) -> set[Key]:
    missing = object()
    return {(key,) for key in {*source, *target} if source.get(key, missing) != target.get(key, missing)}


@given(tables_of_rows, tables_of_rows)
def test_merging_finds_the_keys_that_differ_and_no_others(source, target):
    found = merge(Rows(source).pages(), Rows(target).pages(), judge())
    assert sorted(found.keys) == sorted(apart(source, target))
    assert (found.source_rows, found.target_rows, found.compared) == (len(source), len(target), len({*source, *target}))


@given(tables_of_rows, tables_of_rows)
def test_looking_up_both_ways_finds_the_same(source, target):
    left, right = Rows(source), Rows(target)
    forward = look_up_target(left.pages(), right, judge())
    back = look_up_source(right.pages(), left, judge(), every=False)
    assert sorted([*forward.keys, *back.keys]) == sorted(apart(source, target))


@given(tables_of_rows, tables_of_rows)
def test_confirming_says_what_is_true_of_each_key_also_in_halves(source, target):
    wanted = sorted({(key,) for key in {*source, *target}})
    verdict = confirm(wanted, Hasty(source), Rows(target), judge(), datetime.now(UTC))
    assert {one.key for one in verdict.different} == apart(source, target)
    assert len(verdict.equal) + len(verdict.different) == len(wanted)


def test_rows_of_one_key_never_hide_behind_each_other():
    one: Row = (b"k", b"1")
    other: Row = (b"k", b"2")
    for source, target in (([one], [one, one]), ([one, one], [one]), ([one, other], [one]), ([one], [one, other])):
        with pytest.raises(KeysRepeat):
            merge([source], [[row] for row in target], judge())


def test_what_a_rule_leaves_out_is_no_difference_and_a_hit():
    of = judge(value=7)
    assert merge(Rows({b"k": b"1"}).pages(), Rows({b"k": b"2"}).pages(), of).keys == []
    assert of.hits == {7: 1}


@given(st.lists(st.binary(min_size=1), min_size=1, max_size=3))
def test_a_key_comes_back_as_it_was_stored(values):
    assert keys.from_json(keys.to_json(tuple(values))) == tuple(values)


def test_the_fingerprint_tells_mappings_and_borders_of_values_apart():
    found = [
        keys.fingerprint(1, (b"ab", b"c")), keys.fingerprint(1, (b"a", b"bc")), keys.fingerprint(2, (b"ab", b"c"))
    ]  # fmt: skip
    assert len(set(found)) == 3


def test_a_reader_is_held_to_its_rate_on_average():
    now, naps = [0.0], []

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        now[0] += seconds

    pace = Pace(100.0, lambda: None, clock=lambda: now[0], sleep=sleep)
    for _ in range(4):
        pace.took(50)
    assert now[0] == pytest.approx(2.0)
    assert max(naps) <= 0.25


def test_a_reader_that_waits_sees_that_it_should_stop():
    class Asked(Exception):
        pass

    asked = iter([None, None, Asked()])

    def stop_if_asked() -> None:
        if error := next(asked):
            raise error

    pace = Pace(1.0, stop_if_asked, clock=lambda: 0.0, sleep=lambda _: None)
    with pytest.raises(Asked):
        pace.took(100)


def test_a_range_has_the_rows_that_its_time_takes_within_bounds():
    assert rows_of_range(DEFINITION, 40_000.0, None, in_memory=True) == 20_000
    assert rows_of_range(DEFINITION, 1.0, None, in_memory=True) == FEWEST
    assert rows_of_range(DEFINITION, 1e9, None, in_memory=True) == MOST_IN_MEMORY
    assert rows_of_range(DEFINITION, 1e9, None, in_memory=False) == MOST
    assert rows_of_range(DEFINITION, 40_000.0, 4_000_000_000, in_memory=True) == 200_000
