"""Runs steps on items without an API around them."""

from typing import Any

import pytest

from batches.transform.pipeline import Compiled, check
from project.api.errors import InvalidRequest


def compiled(*steps: dict[str, Any], sensitive=()) -> Compiled:
    return Compiled(check(list(steps), list(sensitive)))


def one(item: Any, *steps: dict[str, Any]) -> dict[str, Any]:
    """What the steps make of an item that passes."""
    outcome = compiled(*steps).run([item])
    assert outcome.errors == []
    (result,) = outcome.results
    return result


def value(given: Any, step: dict[str, Any]) -> Any:
    """What a step makes of a value."""
    return one({"a": given}, {"field": "a", **step})["a"]


def reason(given: Any, step: dict[str, Any]) -> str:
    """Why a step can't take a value."""
    outcome = compiled({"field": "a", **step}).run([{"a": given}])
    assert outcome.results == []
    (error,) = outcome.errors
    assert (error.row, error.field) == (0, "a")
    return error.reason


def refused(*steps: Any, sensitive: Any = ()) -> dict[str, list[str]]:
    """What the check says of steps that can't be used."""
    with pytest.raises(InvalidRequest) as raised:
        check(list(steps), sensitive)
    return raised.value.details["fields"]
