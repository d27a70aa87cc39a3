"""The models that this worker process has loaded."""

import threading
import time
from collections import OrderedDict

import structlog
from django.conf import settings

from batches.processor.batching.sizes import Sizes
from batches.processor.models import ModelVersion
from batches.processor.runtimes.base import InvalidModelFile, ModelFile, ModelRuntime
from batches.processor.runtimes.loading import load_class
from batches.processor.runtimes.names import paths
from batches.processor.states import InputFit

log = structlog.get_logger("processor")

MOST = 16  # versions at once; the one that was used longest ago goes
WARM_UP_SIZES = (1, 1, 2, 4, 8, 16)  # the first run of all is slower than any other and counts for nothing
WARM_UP_SECONDS = 1.0  # no further one after that


class LoadedModel:
    """A version that is ready to run, and what its runs took so far."""

    def __init__(self, version: ModelVersion) -> None:
        self.name = str(version)
        self.sizes = Sizes()
        file = ModelFile(
            data=bytes(version.file), pad=version.input_fit == InputFit.PAD, threads=settings.MODEL_THREADS
        )
        self.runtime: ModelRuntime = _class_of(version.runtime)(file)
        if version.model.warm_up:
            self._warm_up(version)

    def _warm_up(self, version: ModelVersion) -> None:
        end = time.monotonic() + WARM_UP_SECONDS
        limit, target = version.model.max_batch_size or settings.MAX_BATCH_SIZE, version.model.target_latency_ms / 1000
        for number, size in enumerate(WARM_UP_SIZES):
            inputs = self.runtime.samples(min(size, limit))
            if not inputs or time.monotonic() > end:
                return
            began = time.perf_counter()
            self.runtime.run(inputs)
            if number:
                self.sizes.observe(len(inputs), time.perf_counter() - began, limit=limit, target=target)


def _class_of(name: str) -> type[ModelRuntime]:
    known = paths()
    if name not in known:
        raise InvalidModelFile(f'MODEL_RUNTIMES has no runtime "{name}" here.')
    return load_class(known[name])


class Cache:
    """Versions by id. Each is loaded once, however many slots ask for it at the same moment."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._models: OrderedDict[int, LoadedModel] = OrderedDict()
        self._loading: dict[int, threading.Lock] = {}

    def get(self, version_id: int) -> LoadedModel:
        """Raises what its runtime raises when it can't be loaded; the next call tries again."""
        found = self._known(version_id)
        if found is not None:
            return found
        with self._lock:
            loading = self._loading.setdefault(version_id, threading.Lock())
        with loading:
            return self._known(version_id) or self._load(version_id)

    def _known(self, version_id: int) -> LoadedModel | None:
        with self._lock:
            if version_id in self._models:
                self._models.move_to_end(version_id)
            return self._models.get(version_id)

    def _load(self, version_id: int) -> LoadedModel:
        began = time.monotonic()
        made = LoadedModel(ModelVersion.objects.select_related("model").defer(None).get(pk=version_id))
        log.info("model loaded", model=made.name, seconds=round(time.monotonic() - began, 3))
        with self._lock:
            self._models[version_id] = made
            while len(self._models) > MOST:
                self._models.popitem(last=False)
        return made


models = Cache()
