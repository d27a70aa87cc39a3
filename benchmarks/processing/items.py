"""Items for the sample model, and what becomes of them by the plain reference implementation: NumPy on the weights."""

import json
from functools import cache
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from batches.processor.sample import FILE

LENGTH = 8
TOLERANCE = 1e-5


def item(number: int) -> dict[str, Any]:
    """A series that rises or falls, each item its own."""
    return {"input": [number % 13 - 6 + step * (number % 7 - 3) / 4 for step in range(LENGTH)]}


def body(items: int, **members: Any) -> bytes:
    """A request's body, without blanks."""
    return json.dumps({"data": [item(number) for number in range(items)], **members}, separators=(",", ":")).encode()


def require_results(name: str, found: Any, items: int) -> None:
    """Raises RuntimeError for results that are not the model's: what computes something else is no measure."""
    if len(found) != items:
        raise RuntimeError(f"{name} gives {len(found)} results for {items} items.")
    for number, (given, wanted) in enumerate(zip(found, _outputs(items), strict=True)):
        right = np.allclose(given["output"], wanted, atol=TOLERANCE)
        if not right or abs(given["confidence"] - max(wanted)) > TOLERANCE:
            raise RuntimeError(f"{name} makes {given} of item {number}; its output should be {wanted}.")


@cache
def _outputs(items: int) -> list[list[float]]:
    first, bias, second, last = (
        numpy_helper.to_array(one).astype(np.float64) for one in onnx.load(FILE).graph.initializer
    )
    rows = np.array([item(number)["input"] for number in range(items)])
    scores = np.maximum(rows @ first + bias, 0) @ second + last
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    outputs: list[list[float]] = (odds / odds.sum(axis=1, keepdims=True)).tolist()
    return outputs
