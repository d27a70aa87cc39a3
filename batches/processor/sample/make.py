"""Makes the sample model: a small classifier, trained here on made-up data, written as ONNX.

`python -m batches.processor.sample.make [FILE] [--width N]`

It tells three shapes of a series of eight numbers apart: rising, falling, and neither. The same seed gives the same
file.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

from batches.processor.sample import FILE

LENGTH = 8
CLASSES = 3  # rising, falling, neither
ROWS = 1000
EPOCHS = 200
RATE = 0.1

Array = np.ndarray[Any, np.dtype[np.float32]]


def made_up(random: np.random.Generator) -> tuple[Array, np.ndarray[Any, np.dtype[np.int64]]]:
    """Series with their classes: a slope of the class's sign, any level, noise; some are cut short by zeros."""
    classes = random.integers(0, CLASSES, ROWS)
    slope = np.array([1.0, -1.0, 0.0])[classes] * random.uniform(0.3, 2.0, ROWS)
    level = random.uniform(-2.0, 2.0, ROWS)
    steps = np.arange(LENGTH)
    rows = level[:, None] + slope[:, None] * steps + random.normal(0.0, 0.2, (ROWS, LENGTH))
    rows[steps >= random.integers(3, LENGTH + 1, ROWS)[:, None]] = 0.0
    return rows.astype(np.float32), classes


def trained(width: int) -> list[Array]:
    """Weights and biases of one hidden layer and the last, by plain gradient descent."""
    random = np.random.default_rng(1)
    rows, classes = made_up(random)
    wanted = np.eye(CLASSES, dtype=np.float32)[classes]
    first = random.normal(0, 0.3, (LENGTH, width)).astype(np.float32)
    second = random.normal(0, 0.1, (width, CLASSES)).astype(np.float32)
    bias, last = np.zeros(width, np.float32), np.zeros(CLASSES, np.float32)
    for _ in range(EPOCHS):
        hidden = np.maximum(rows @ first + bias, 0)
        scores = hidden @ second + last
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        error = (odds / odds.sum(axis=1, keepdims=True) - wanted) / ROWS
        back = (error @ second.T) * (hidden > 0)
        for weight, gradient in (
            (second, hidden.T @ error),
            (last, error.sum(axis=0)),
            (first, rows.T @ back),
            (bias, back.sum(axis=0)),
        ):
            np.subtract(weight, np.float32(RATE) * gradient, out=weight)
    return [first, bias, second, last]


def document(width: int) -> bytes:
    """The model as ONNX."""
    names = ["first", "bias", "second", "last"]
    nodes = [
        helper.make_node("Gemm", ["input", "first", "bias"], ["sums"]),
        helper.make_node("Relu", ["sums"], ["hidden"]),
        helper.make_node("Gemm", ["hidden", "second", "last"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "slope of a series",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["items", LENGTH])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["items", CLASSES])],
        [numpy_helper.from_array(weight, name) for name, weight in zip(names, trained(width), strict=True)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model)
    return model.SerializeToString()  # type: ignore[no-any-return]


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes the sample model of the batch processor.")
    parser.add_argument("file", nargs="?", type=Path, default=FILE)
    parser.add_argument("--width", type=int, default=64, help="units of the hidden layer (64)")
    options = parser.parse_args()
    options.file.write_bytes(document(options.width))


if __name__ == "__main__":
    main()
