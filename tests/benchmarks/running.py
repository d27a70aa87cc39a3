"""Starts a benchmark as a person does."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def run(program: str, *options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", program, *options],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=580,
        check=False,
    )


def printed(ended: "subprocess.CompletedProcess[str]") -> Any:
    """The figures of one that ended well."""
    assert ended.stdout, ended.stderr
    found = json.loads(ended.stdout.splitlines()[-1])
    assert (ended.returncode, found["failed"]) == (0, {}), ended.stderr
    return found
