"""Runtimes that tests plug in: what they do is in the file of their model."""

import threading
import time
from collections.abc import Sequence
from typing import Any

from batches.processor.runtimes.base import BadItem, InvalidModelFile, ModelFile, ModelRuntime, Prediction

gate = threading.Event()
runs: list[list[float]] = []


class Doubler(ModelRuntime):
    """The runtime of ten lines that the documentation shows."""

    def __init__(self, file: ModelFile) -> None:
        self.factor = float(file.data)

    def prepare(self, item: dict[str, Any]) -> float:
        if not isinstance(item.get("input"), int | float):
            raise BadItem("input: must be a number.")
        return float(item["input"])

    def run(self, inputs: Sequence[float]) -> list[Prediction]:
        return [Prediction(value * self.factor) for value in inputs]


class Trying(Doubler):
    """Writes down what it runs, waits for the gate, takes `factor` seconds an item, hates 13 and above 1000."""

    def __init__(self, file: ModelFile) -> None:
        if file.data == b"broken":
            raise InvalidModelFile("it is broken.")
        super().__init__(file)

    def run(self, inputs: Sequence[float]) -> list[Prediction]:
        runs.append(list(inputs))
        gate.wait(120)
        time.sleep(self.factor * len(inputs))
        if 13 in inputs:
            raise ValueError("unlucky")
        return [Prediction(value) for value in inputs if value <= 1000]


class Careless(Doubler):
    """Looks at nothing before it takes it; of negative numbers it gives what is no JSON."""

    def prepare(self, item: dict[str, Any]) -> float:
        return float(item["input"])

    def run(self, inputs: Sequence[float]) -> list[Prediction]:
        return [Prediction(value * self.factor if value >= 0 else {value}) for value in inputs]
