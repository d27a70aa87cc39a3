"""Looks into a model's file in a process of its own, which a hostile file may bring down: nothing else goes with it.

`python -m batches.processor.registry.inspection RUNTIME PAD` reads the file from stdin and prints {"signature": ...} or
{"error": text}.
"""

import json
import resource
import sys
from typing import Any

from batches.processor.runtimes.base import InvalidModelFile, ModelFile
from batches.processor.runtimes.loading import load_class

MEMORY = 8 * 2**30  # bytes of address space, of which a runtime takes much and uses little


def inspect(path: str, data: bytes, *, pad: bool) -> dict[str, Any]:
    """The signature of a file that its runtime can load and run. Raises `InvalidModelFile`."""
    kind = load_class(path)
    if kind.suffix == ".onnx":
        from batches.processor.registry import external

        external.refuse(data)
    runtime = kind(ModelFile(data=data, pad=pad))
    samples = runtime.samples(2)
    try:
        found = len(runtime.run(samples)) if samples else 0
    except Exception as error:
        raise InvalidModelFile(f"it can't be run on rows of zeros: {str(error)[:300]}") from error
    if found != len(samples):
        raise InvalidModelFile(f"it gave {found} rows for {len(samples)} items; one for each is needed.")
    return runtime.signature()


def main() -> None:
    path, pad = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = {"signature": inspect(path, sys.stdin.buffer.read(), pad=pad == "pad")}
    except InvalidModelFile as error:
        answer = {"error": str(error)}  # type: ignore[dict-item]
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
