"""CPU and memory of all workers; a GPU where there is one."""

from types import SimpleNamespace

import pynvml
import pytest

from batches.processor.queries.resources import gpu_percent, resources
from tests.workers.hands import wait_for


def test_without_a_worker_nothing_is_known():
    found = resources()
    assert (found.cpu_percent, found.memory_mb) == (None, None)


def test_a_worker_tells_its_memory(workers):
    wait_for(lambda: resources().memory_mb is not None, "a heartbeat")
    assert resources().memory_mb > 10


def test_a_machine_without_nvidias_driver_has_no_gpu(monkeypatch):
    def missing():
        raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)

    monkeypatch.setattr(pynvml, "nvmlInit", missing)
    assert gpu_percent() is None


@pytest.mark.parametrize(("loads", "mean"), [([], None), ([40], 40.0), ([30, 65], 47.5)])
def test_gpus_count_by_their_mean_load(monkeypatch, loads, mean):
    """NVML itself is stood in for: no machine of the tests has a GPU."""
    closed = []
    monkeypatch.setattr(pynvml, "nvmlInit", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlShutdown", lambda: closed.append(True))
    monkeypatch.setattr(pynvml, "nvmlDeviceGetCount", lambda: len(loads))
    monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByIndex", lambda number: number)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetUtilizationRates", lambda number: SimpleNamespace(gpu=loads[number]))
    assert gpu_percent() == mean
    assert closed


def test_a_gpu_that_cannot_be_asked_is_not_known(monkeypatch):
    def broken():
        raise pynvml.NVMLError(pynvml.NVML_ERROR_UNKNOWN)

    monkeypatch.setattr(pynvml, "nvmlInit", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlShutdown", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetCount", broken)
    assert gpu_percent() is None
