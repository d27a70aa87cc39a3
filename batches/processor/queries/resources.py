"""What the processor uses of its machines."""

from dataclasses import dataclass
from statistics import fmean

import pynvml

from workers.queries import live_workers


@dataclass(frozen=True, kw_only=True)
class Resources:
    """CPU and memory of all live workers, by their last heartbeats; the GPUs of this machine. None: not known."""

    cpu_percent: float | None  # 100 is one core
    memory_mb: float | None
    gpu_percent: float | None


def resources() -> Resources:
    """As they are now."""
    live = live_workers()
    cpu = [worker.cpu_percent for worker in live if worker.cpu_percent is not None]
    memory = [worker.memory_mb for worker in live if worker.memory_mb is not None]
    return Resources(
        cpu_percent=round(sum(cpu), 1) if cpu else None,
        memory_mb=round(sum(memory), 1) if memory else None,
        gpu_percent=gpu_percent(),
    )


def gpu_percent() -> float | None:
    """The mean load of the GPUs, from 0 to 100; None on a machine without NVIDIA's driver, or its GPUs."""
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return None
    try:
        handles = [pynvml.nvmlDeviceGetHandleByIndex(number) for number in range(pynvml.nvmlDeviceGetCount())]
        return round(fmean(pynvml.nvmlDeviceGetUtilizationRates(one).gpu for one in handles), 1) if handles else None
    except pynvml.NVMLError:
        return None
    finally:
        pynvml.nvmlShutdown()
