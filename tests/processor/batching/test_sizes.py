"""How many items a run takes, by what the runs before took."""

import pytest

from batches.processor.batching.fit import Line, fitted
from batches.processor.batching.sizes import Sizes

TARGET = 0.010


def after(runs: list[tuple[int, float]], limit: int = 1000) -> int:
    sizes = Sizes()
    for items, seconds in runs:
        sizes.observe(items, seconds, limit=limit, target=TARGET)
    return sizes.size(limit=limit, target=TARGET)


def test_the_line_of_runs_that_lie_on_one_is_found() -> None:
    line = fitted([(n, 0.002 * n + 0.001) for n in (1, 2, 5, 9)])
    assert line is not None
    assert [line.per_item, line.fixed] == pytest.approx([0.002, 0.001])
    assert line.items(0.021) == pytest.approx(10)


@pytest.mark.parametrize(
    "runs",
    [[], [(1, 0.1)], [(1, 0.1), (2, 0.2), (2, 0.2), (1, 0.1)], [(1, 0.5), (2, 0.001), (3, 0.9), (4, 0.001)]],
    ids=["nothing", "one", "two sizes", "scattered"],
)
def test_without_a_good_line_there_is_none(runs) -> None:
    assert fitted(runs) is None


def test_items_that_cost_nothing_have_no_end() -> None:
    assert Line(0.0, 0.001).items(0.010) == float("inf")
    assert Line(0.0, 0.1).items(0.010) == 0.0


def test_a_run_takes_what_ends_within_the_target() -> None:
    assert after([(n, 0.0001 * n + 0.002) for n in (1, 4, 16, 64)]) == 80


def test_a_run_never_takes_more_than_the_limit_nor_far_more_than_was_tried() -> None:
    cheap = [(n, 0.00001 * n + 0.001) for n in (1, 4, 16, 64)]
    assert after(cheap, limit=50) == 50
    assert after(cheap) == 4 * 64


def test_a_model_too_slow_for_its_target_still_runs_an_item() -> None:
    assert after([(n, 0.5 * n) for n in (1, 2, 3, 4)]) == 1


def test_where_no_line_fits_sizes_grow_by_steps() -> None:
    assert after([(8, 0.006)]) == 9
    assert after([(8, 0.006), (8, 0.006)]) == 9, "9 was not tried"


def test_where_no_line_fits_sizes_double_far_below_the_target() -> None:
    assert after([(8, 0.001)]) == 16
    assert after([(8, 0.001), (16, 0.001)]) == 32
    assert after([(8, 0.001)], limit=10) == 10


def test_where_no_line_fits_a_run_that_took_too_long_halves_them() -> None:
    assert after([(8, 0.001), (12, 0.5)], limit=64) == 6
    assert after([(8, 0.5), (4, 0.5), (8, 0.5)], limit=64) == 1


def test_what_changes_is_followed() -> None:
    slow = [(n, 0.001 * n) for n in range(1, 51)]
    fast = [(n, 0.0001 * n) for n in range(1, 51)]
    assert after(slow) == 10
    assert after(slow + fast) == 100
