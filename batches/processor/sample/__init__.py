"""The model that comes with the product: `model-v1.0`, made by `python -m batches.processor.sample.make`."""

from pathlib import Path

FILE = Path(__file__).with_name("model.onnx")
NAME, VERSION = "model", "1.0"
