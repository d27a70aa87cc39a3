"""LitServe on a model; runs in an environment of its own: `litserve_peer.py MODEL PORT`.

A request brings one item or many, and those of several requests run together. It does not wait for more of them: that
was slower at every load.
"""

import sys
from typing import Any

import litserve
import numpy as np
import onnxruntime

REQUESTS = 64  # of one run at most

Array = np.ndarray[Any, np.dtype[Any]]


class Model(litserve.LitAPI):  # type: ignore[misc]  # it has no types here
    def setup(self, device: Any) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(sys.argv[1], options)

    def decode_request(self, request: dict[str, Any]) -> Array:
        return np.array([item["input"] for item in request["data"]], np.float32)

    def batch(self, inputs: list[Array]) -> Array:
        self.ends = np.cumsum([len(rows) for rows in inputs])[:-1]
        return np.concatenate(inputs)

    def predict(self, x: Array) -> Any:
        return self.session.run(None, {"input": x})[0]

    def unbatch(self, output: Array) -> Any:
        return np.split(output, self.ends)

    def encode_response(self, output: Array) -> Any:
        pairs = zip(output.tolist(), output.max(axis=1).tolist(), strict=True)
        return {"results": [{"output": row, "confidence": confidence} for row, confidence in pairs]}


if __name__ == "__main__":
    server = litserve.LitServer(Model(max_batch_size=REQUESTS), accelerator="cpu")
    server.run(host="127.0.0.1", port=int(sys.argv[2]), generate_client_file=False, log_level="warning")
