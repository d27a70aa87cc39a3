"""docs/api/remote-workers.md: its examples run as they stand."""

import json
import os
import re
import subprocess

from project.access.roles import Role
from tests.distributed.remote import secret_of, some_jobs
from tests.docs.pages import ROOT, blocks
from workers.models import FinishedJob, JobCheckpoint, Worker

PAGE = ROOT / "docs" / "api" / "remote-workers.md"


def test_the_calls_run_one_after_the_other(server):
    some_jobs(1, type="train", requires=("gpu", "memoryGB >= 32"))
    key = secret_of("worker", Role.WORKER)
    environment = {**os.environ, "URL": server, "KEY": key, "JOB": "", "CLAIM": ""}
    for block in blocks(PAGE, "bash"):
        calls = block.replace("curl -sS", "echo; curl -sS")
        said = subprocess.run(["bash", "-euc", calls], env=environment, capture_output=True, text=True, check=True)
        for answer in [json.loads(line) for line in said.stdout.splitlines() if line]:
            assert answer["success"], answer
            for job in answer.get("jobs", []):
                environment |= {"JOB": str(job["jobId"]), "CLAIM": str(job["claim"])}
    assert FinishedJob.objects.get().output == {"accuracy": 0.97}
    assert JobCheckpoint.objects.get().data == {"epoch": 3}
    assert Worker.objects.get().stop_reason == "deregistered"


def test_the_worker_in_python_can_be_made(monkeypatch):
    (source,) = blocks(PAGE, "python")
    example: dict = {"__name__": "example"}
    exec(compile(source, str(PAGE), "exec"), example)  # noqa: S102  our own page
    assert example["worker"].slots == 2
    example["worker"]._calls.close()


def test_the_page_names_every_call_and_every_field_of_a_registration():
    from workers.api.urls import urlpatterns
    from workers.api.worker_bodies import RegisterRequest

    text = PAGE.read_text()
    verbs = [str(route.pattern).rsplit("/", 1)[1] for route in urlpatterns if "<str:worker_id>/" in str(route.pattern)]
    assert len(verbs) >= 7
    assert [verb for verb in verbs if not re.search(rf"gpu-7/{verb}|`{verb}`", text)] == []
    fields = [field.alias or name for name, field in RegisterRequest.model_fields.items()]
    assert [name for name in fields if name != "currentLoad" and f"`{name}`" not in text] == []
