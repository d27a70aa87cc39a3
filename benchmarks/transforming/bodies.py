"""Items as the contract's example has them, each with its own values, and what becomes of them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

FIRST = datetime(2024, 1, 1, tzinfo=UTC)


def item(number: int) -> dict[str, Any]:
    return {
        "ts": f"{FIRST + timedelta(seconds=37 * number):%Y-%m-%dT%H:%M:%SZ}",
        "amt": f"{number * 7 % 100_000}.{number % 100:02}",
        "email": f"user{number}.name@shop{number % 50}.example.com",
        "phone": f"555-{number % 10_000:04}",
    }


def result(number: int) -> dict[str, Any]:
    """What the contract wants of that item."""
    given = item(number)
    return {
        "timestamp": given["ts"],
        "amount": float(given["amt"]),
        "email": f"u***e@{given['email'].partition('@')[2]}",
        "phone": f"***-{given['phone'][-4:]}",
    }


def body(items: int) -> bytes:
    """A request's body, without blanks."""
    return json.dumps({"data": [item(number) for number in range(items)]}, separators=(",", ":")).encode()


def require_results(name: str, found: Any, items: int) -> None:
    """Raises RuntimeError for results that are not the contract's: what does something else is no measure."""
    for number, given in enumerate(found):
        if given != result(number):
            raise RuntimeError(f"{name} makes {given} of item {number}; wanted is {result(number)}.")
    if len(found) != items:
        raise RuntimeError(f"{name} gives {len(found)} results for {items} items.")
