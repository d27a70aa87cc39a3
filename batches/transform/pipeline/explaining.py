"""Trying steps on items: each step's items are shown, so there is a limit to what is shown, and an earlier deadline."""

from collections.abc import Sequence
from typing import Any

from batches.transform.encoding import dumped
from project.api.errors import InvalidRequest

from .compiled import Compiled, Explained
from .deadline import deadline
from .limits import MOST_SHOWN, TRY_SECONDS
from .steps import Written


def explained(written: Sequence[Written], items: Sequence[Any]) -> list[list[Explained]]:
    """What each step did to each item. Raises a 400 for more than can be shown, and a 503 where pseudonyms have no
    secret."""
    compiled, found, left = Compiled(written), [], MOST_SHOWN
    with deadline(TRY_SECONDS):
        for item in items:
            told = compiled.explain(item)
            left = _charged(told, left)
            found.append(told)
    return found


def _charged(told: Sequence[Explained], left: int) -> int:
    for one in told:
        left -= len(dumped(one.item))
        if left < 0:
            raise InvalidRequest.field(
                "items", f"The items after all steps have more than {MOST_SHOWN} bytes of JSON. Try fewer items."
            )
    return left
