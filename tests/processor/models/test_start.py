"""What a worker process does before its first items."""

import subprocess
import sys

from tests.docs.pages import ROOT

START = """
import django
django.setup()
from batches.processor.jobs.load import load_models
load_models()
from batches.processor.runtimes import loaded
print(*(model.name for model in loaded.models._models.values()))
"""


def test_a_process_that_did_nothing_else_loads_the_models(model):
    command = [sys.executable, "-c", START]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1] == str(model)
