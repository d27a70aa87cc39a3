"""BentoML on the model of the variable MODEL; runs in an environment of its own: `bentoml serve bentoml_peer:Model`.

A request brings one item or many, and those of several requests run together, by its own adaptive batching.
"""

import os
from typing import Any

import bentoml
import numpy as np
import onnxruntime


@bentoml.service(workers=1, logging={"access": {"enabled": False}})
class Model:
    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(os.environ["MODEL"], options)

    @bentoml.api(batchable=True, max_batch_size=6400, max_latency_ms=1000)  # type: ignore[untyped-decorator]
    def predict(self, data: list[dict[str, Any]]) -> list[dict[str, Any]]:
        rows = np.array([item["input"] for item in data], np.float32)
        output = self.session.run(None, {"input": rows})[0]
        pairs = zip(output.tolist(), output.max(axis=1).tolist(), strict=True)
        return [{"output": row, "confidence": confidence} for row, confidence in pairs]
