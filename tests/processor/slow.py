"""A runtime for worker processes of their own, which are killed while it runs."""

import time
from collections.abc import Sequence

from batches.processor.runtimes.base import Prediction
from tests.processor.runtimes import Doubler


class Slow(Doubler):
    """Gives each input back after ten milliseconds."""

    def run(self, inputs: Sequence[float]) -> list[Prediction]:
        time.sleep(0.010 * len(inputs))
        return [Prediction(value) for value in inputs]
