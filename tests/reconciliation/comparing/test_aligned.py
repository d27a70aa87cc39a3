"""Two readings in one order: whatever differs is suspected, in whatever order it comes."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.comparing import aligned
from reconciliation.comparing.aligned import TooUnlike, Walk, values
from reconciliation.sources.cassandra.raw import Page

Table = dict[int, bytes]


class Pair:
    """Rows of a key and a value."""

    columns, keys = 2, 1

    def key(self, sent: list[bytes | None]) -> tuple[bytes, ...] | None:
        return None if None in sent else tuple(value or b"" for value in sent)


def sent(key: int, value: bytes) -> bytes:
    one, other = b"%d" % key, value
    return len(one).to_bytes(4, "big") + one + len(other).to_bytes(4, "big") + other


def cut(rows: list[bytes], size: int) -> Iterator[list[bytes]]:
    for first in range(0, len(rows), size):
        yield rows[first : first + size]


def walked(source: list[tuple[int, bytes]], target: list[tuple[int, bytes]], size: int = 7) -> Walk:
    pages = (
        Page(len(some).to_bytes(4, "big") + b"".join(some), 2) for some in cut([sent(*row) for row in source], size)
    )
    walk = Walk(Pair(), pages, cut([sent(*row) for row in target], size + 1))
    walk.to_the_end()
    return walk


def suspects(walk: Walk) -> set[int]:
    return {int(key) for (key,) in walk.of_source | walk.of_target}


def differing(source: Table, target: Table) -> set[int]:
    return {key for key in source.keys() | target.keys() if source.get(key) != target.get(key)}


tables = st.dictionaries(st.integers(0, 120), st.sampled_from([b"", b"a", b"b", b"\x00\x00\x00\x01a"]), max_size=80)


@given(tables, tables, st.integers(1, 30), st.randoms(use_true_random=False))
def test_in_any_order_all_that_differs_is_suspected(source, target, size, chance):
    left, right = list(source.items()), list(target.items())
    chance.shuffle(left)
    chance.shuffle(right)
    walk = walked(left, right, size)
    assert suspects(walk) >= differing(source, target)
    assert (walk.source_rows, walk.target_rows) == (len(source), len(target))


@given(tables, st.data())
def test_in_one_order_nothing_else_is(source, data):
    target = {**source, **data.draw(st.dictionaries(st.integers(0, 120), st.just(b"c"), max_size=20))}
    for key in data.draw(st.sets(st.integers(0, 120), max_size=20)):
        target.pop(key, None)
    assert suspects(walked(sorted(source.items()), sorted(target.items()))) == differing(source, target)


def test_each_side_s_suspects_are_its_own():
    walk = walked([(1, b"a"), (2, b"a"), (4, b"a")], [(1, b"a"), (2, b"b"), (3, b"a")])
    assert (walk.of_source, walk.of_target) == ({(b"2",), (b"4",)}, {(b"2",), (b"3",)})


@pytest.mark.parametrize("source_has", [True, False])
def test_what_is_missing_for_long_stretches_is_too_much_to_look_up(source_has, monkeypatch):
    monkeypatch.setattr(aligned, "SUSPECTS", 10)
    whole, part = [(n, b"a") for n in range(1000)], [(n, b"a") for n in range(1000) if n < 300 or n > 600]
    with pytest.raises(TooUnlike):
        walked(whole, part) if source_has else walked(part, whole)


def test_rows_that_no_key_can_be_told_of_are_not_looked_up():
    pages = iter([Page(b"\x00\x00\x00\x01" + b"\xff\xff\xff\xff" + b"\x00\x00\x00\x00", 2)])
    with pytest.raises(TooUnlike):
        Walk(Pair(), pages, iter([])).to_the_end()


@given(st.lists(st.none() | st.binary(max_size=300), max_size=8))
def test_values_are_told_apart_by_their_lengths(given):
    packed = b"".join(b"\xff\xff\xff\xff" if one is None else len(one).to_bytes(4, "big") + one for one in given)
    assert values(b"xx" + packed + b"rest", 2, len(given)) == (given, 2 + len(packed))


def test_few_scattered_differences_among_many_rows_are_few_suspects():
    rows = [(n, b"a") for n in range(20_000)]
    changed = set(range(3, 20_000, 199))
    other = [(n, b"b" if n in changed else b"a") for n, _ in rows]
    assert suspects(walked(rows, other, 500)) == changed
