"""The libraries that the pipeline is compared with, in an environment of their own."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers.install import environment
from benchmarks.transforming import bodies

NAMES = ("polars", "glom", "benedict")
PACKAGES = ("polars==2.1.0", "glom==25.12.0", "python-benedict==0.40.1", "orjson==3.13.0")
PROGRAM = Path(__file__).with_name("others.py")


def python() -> Path:
    """Their interpreter; installed once for each set of versions."""
    return environment("transform", PACKAGES)


def milliseconds(name: str, items: int, runs: int) -> list[float]:
    """CPU of each run. Raises RuntimeError when it fails or its results aren't the contract's."""
    with tempfile.TemporaryDirectory(prefix="tutup-transform-") as folder:
        body, answer = Path(folder, "body"), Path(folder, "answer")
        body.write_bytes(bodies.body(items))
        command = [str(python()), str(PROGRAM), name, str(body), str(runs), str(answer)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{name} ended with {done.returncode}; its stderr stands above.")
        bodies.require_results(name, json.loads(answer.read_bytes())["results"], items)
        found: list[float] = json.loads(done.stdout)
    return found


def packages(names: Sequence[str]) -> list[str]:
    """What the figures are figures of."""
    chosen = [package for package in PACKAGES if any(name in package for name in names)]
    return [*chosen, PACKAGES[-1]] if chosen else []
