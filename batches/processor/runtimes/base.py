"""What a runtime is: it loads a model's file and runs items through it. Others plug in by
MODEL_RUNTIMES=name=module.Class:

    class Doubler(ModelRuntime):
        def __init__(self, file: ModelFile) -> None:
            self.factor = float(file.data)

        def prepare(self, item: dict[str, Any]) -> float:
            return float(item["input"])  # raise BadItem to say better what can't be used

        def run(self, inputs: list[float]) -> list[Prediction]:
            return [Prediction(value * self.factor) for value in inputs]

Nothing here knows Django or the database: a file is looked into in a process of its own.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple


class BadItem(Exception):
    """An item can't be run; its text is the item's error. It fails alone."""


class InvalidModelFile(Exception):
    """A file can't be registered; its text says why."""


@dataclass(frozen=True, kw_only=True)
class ModelFile:
    """A version as a runtime loads it. `pad`: inputs are padded and cut to the model's length. `threads` of one run."""

    data: bytes
    pad: bool = False
    threads: int = 1


class Prediction(NamedTuple):
    """What came of an item. `output` is JSON or NumPy's; `confidence` from 0 to 1, None where the model has none."""

    output: Any
    confidence: float | None = None


class ModelRuntime(ABC):
    """One loaded model. `run` is called from several threads at once."""

    suffix: ClassVar[str] = ""  # of the files that it takes

    @abstractmethod
    def __init__(self, file: ModelFile) -> None:
        """Loads it. Raises `InvalidModelFile`."""

    def signature(self) -> dict[str, Any]:
        """The model's inputs and outputs, for people."""
        return {"inputs": [], "outputs": []}

    @abstractmethod
    def prepare(self, item: dict[str, Any]) -> Any:
        """The item as `run` takes it. Raises `BadItem`; whatever else it raises is the item's error as well."""

    def prepare_all(self, items: Sequence[dict[str, Any]]) -> list[Any]:
        """Each item as `prepare` has it, or the `BadItem` that it raises."""
        return [self._prepared(item) for item in items]

    def _prepared(self, item: dict[str, Any]) -> Any:
        try:
            return self.prepare(item)
        except BadItem as error:
            return error
        except Exception as error:  # noqa: BLE001  the items of others are prepared beside it
            return BadItem(f"the model can't take it: {str(error)[:500] or type(error).__name__}")

    @abstractmethod
    def run(self, inputs: list[Any]) -> Sequence[Prediction]:
        """A prediction for each, in their order. What it raises fails all of them, so they are tried apart then."""

    def samples(self, count: int) -> list[Any]:
        """Made-up inputs to warm up with; none where that makes no sense."""
        return []
