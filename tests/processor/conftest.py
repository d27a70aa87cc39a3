"""What the tests of the batch processor share. Imports wait until Django is set up."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from rest_framework.test import APIClient

    from batches.processor.models import ModelVersion


RUNTIMES = ["trying=tests.processor.runtimes.Trying", "doubler=tests.processor.runtimes.Doubler"]


@pytest.fixture
def model(database: None) -> "ModelVersion":
    """The sample model, which is the default one. Its file is known to be good: it is put in without being checked,
    which a process of its own would do for a second or two."""
    from batches.processor import sample
    from batches.processor.models import InferenceModel

    data = sample.FILE.read_bytes()
    made = InferenceModel.objects.create(
        name=sample.NAME, is_default=not InferenceModel.objects.filter(is_default=True).exists()
    )
    version = made.versions.create(
        version=sample.VERSION, runtime="onnx", input_fit="pad", file=data, size=len(data), sha256="", signature={}
    )
    made.default_version = version
    made.save()
    return version


@pytest.fixture
def integrator(client_for: "Callable[..., APIClient]") -> "APIClient":
    """A client that submits batches and sees its own."""
    from project.access.roles import Role

    return client_for(Role.INTEGRATOR)


@pytest.fixture
def admin(client_for: "Callable[..., APIClient]") -> "APIClient":
    """A client that configures, and sees everybody's batches."""
    from project.access.roles import Role

    return client_for(Role.BATCH_ADMIN)


@pytest.fixture(autouse=True)
def _forget_what_was_learned() -> "Iterator[None]":
    """What this process loaded is another test's model, whose id is given again; and so were the sizes of its parts."""
    import sys

    yield
    if "batches.processor.batching.work" not in sys.modules:
        return
    from django.conf import settings

    from batches.processor.batching.tuning import tuning
    from batches.processor.runtimes.loaded import models
    from batches.processor.submission import JOB_TYPE
    from workers import handlers

    models._models.clear()
    tuning._items_a_part = 1.0
    handlers.tune(JOB_TYPE, max_batch_size=settings.MAX_BATCH_SIZE, max_wait_ms=settings.MAX_WAIT_TIME_MS)


@pytest.fixture
def trying(database: None, monkeypatch: pytest.MonkeyPatch) -> "Iterator[ModelVersion]":
    """A model named `trying`, the default one, of which a test sees the runs and says when they end."""
    from django.conf import settings

    from batches.processor import services
    from tests.processor import runtimes

    monkeypatch.setattr(settings, "MODEL_RUNTIMES", [*settings.MODEL_RUNTIMES, *RUNTIMES])
    runtimes.gate.set()
    runtimes.runs.clear()
    yield services.register(name="trying", data=b"0", runtime="trying")
    runtimes.gate.set()
