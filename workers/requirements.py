"""What a job asks of its worker: labels ("gpu") and comparisons with its metadata ("memoryGB >= 32").

`workers.lane_fits` decides whether a worker has it; here is only how it is written.
"""

import math
import re
from collections.abc import Iterable
from typing import NamedTuple

MOST = 20
LONGEST = 100
ORDERED = ("<", "<=", ">", ">=")
_COMPARISON = re.compile(
    r"\s*(?P<name>[^<>=!\s][^<>=!]*?)\s*(?P<operator><=|>=|!=|=|<|>)\s*(?P<value>[^<>=!\s][^<>=!]*?)\s*"
)
_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,3})?")

Comparison = tuple[str, str, float | str]


class Requirements(NamedTuple):
    """Sorted and without repetition, so that equal requirements make one lane."""

    labels: tuple[str, ...] = ()
    comparisons: tuple[Comparison, ...] = ()


class BadRequirement(ValueError):
    """A requirement that can't be read; the text says why and what to write."""


def parse(texts: Iterable[str]) -> Requirements:
    """Labels and comparisons of these texts. Raises `BadRequirement`."""
    parts = list(texts)
    if len(parts) > MOST:
        raise BadRequirement(f"must name at most {MOST} requirements")
    labels: set[str] = set()
    comparisons: set[Comparison] = set()
    for text in parts:
        found = _COMPARISON.fullmatch(text)
        if len(text) > LONGEST or not text.strip() or (found is None and re.search("[<>=!]", text)):
            raise BadRequirement(
                f'must be labels ("gpu") or comparisons ("memoryGB >= 32") of up to {LONGEST} characters, not "{text}"'
            )
        if found is None:
            labels.add(text.strip())
        else:
            comparisons.add(_comparison(text, *found.group("name", "operator", "value")))
    return Requirements(tuple(sorted(labels)), tuple(sorted(comparisons, key=repr)))


def written(labels: Iterable[str], comparisons: Iterable[Comparison]) -> list[str]:
    """The texts of a lane's requirements, as `parse` takes them."""
    return [*labels, *(f"{name} {operator} {value}" for name, operator, value in comparisons)]


def _comparison(text: str, name: str, operator: str, value: str) -> Comparison:
    number = float(value) if _NUMBER.fullmatch(value) else None
    if number is None or not math.isfinite(number):
        if operator in ORDERED:
            raise BadRequirement(f'must compare with a number after {operator}, which "{text}" does not')
        return name, operator, value
    return name, operator, int(number) if number.is_integer() and abs(number) < 2**53 else number
