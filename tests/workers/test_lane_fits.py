"""Which workers have what a job requires."""

from typing import Any

import pytest
from psycopg.types.json import Jsonb

from project.postgres import sql

FACTS = {"memoryGB": 32, "zone": "b", "ssd": True, "cores": 8.0, "version": "10", "note": None}


def fits(labels: list[str], *comparisons: tuple[str, str, Any], capabilities: tuple[str, ...] = ("gpu", "x86")) -> bool:
    found = sql.routine_value("workers.lane_fits", labels, Jsonb(comparisons), list(capabilities), Jsonb(FACTS))
    assert isinstance(found, bool)
    return found


def test_no_requirement_fits_every_worker() -> None:
    assert fits([], capabilities=())


@pytest.mark.parametrize(("labels", "answer"), [(["gpu"], True), (["gpu", "x86"], True), (["gpu", "arm"], False)])
def test_every_label_is_needed(labels: list[str], answer: bool) -> None:
    assert fits(labels) is answer


@pytest.mark.parametrize(
    ("comparison", "answer"),
    [
        (("memoryGB", ">=", 32), True),
        (("memoryGB", ">", 32), False),
        (("memoryGB", "<", 32.5), True),
        (("memoryGB", "<=", 31.9), False),
        (("memoryGB", "=", 32.0), True),
        (("memoryGB", "!=", 32), False),
        (("cores", "=", 8), True),
        (("zone", "=", "b"), True),
        (("zone", "!=", "b"), False),
        (("zone", "!=", "c"), True),
        (("ssd", "=", "true"), True),
        # numbers as numbers: as texts, "10" would come before "9"
        (("memoryGB", ">=", 4), True),
        # only numbers have an order
        (("version", ">", 9), False),
        (("zone", "<", "c"), False),
        # a fact that isn't stated, or is null, fits nothing, not even !=
        (("disk", "!=", 1), False),
        (("disk", "=", "x"), False),
        (("note", "!=", "x"), False),
        (("note", "<", 1), False),
    ],
)
def test_a_comparison_is_about_the_metadata(comparison: tuple[str, str, Any], answer: bool) -> None:
    assert fits([], comparison) is answer


def test_all_comparisons_must_hold() -> None:
    assert fits(["gpu"], ("cores", ">", 4), ("memoryGB", ">=", 16))
    assert not fits(["gpu"], ("cores", ">", 4), ("memoryGB", ">=", 64))
