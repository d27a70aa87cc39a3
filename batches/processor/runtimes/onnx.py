"""ONNX models, run by ONNX Runtime. An item is {"input": [numbers]}: one row of the model's one input."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import onnxruntime

from batches.processor.runtimes.base import BadItem, InvalidModelFile, ModelFile, ModelRuntime, Prediction

Array = np.ndarray[Any, np.dtype[Any]]

TYPES: dict[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
}
PROBABILITY_SLACK = 1e-3


class OnnxRuntime(ModelRuntime):
    """A model with one numeric input, rows first, and tensors as outputs."""

    suffix = ".onnx"

    def __init__(self, file: ModelFile) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = file.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        # a thread that spins takes the processor from the database beside it
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(file.data, options, onnxruntime.get_available_providers())
        except Exception as error:  # the library raises classes of its own, which share no base
            raise InvalidModelFile(f"ONNX Runtime can't load it: {_first_line(error)}") from error
        self._pad = file.pad
        self._input = self._checked_input()
        self._shape: tuple[int | None, ...] = tuple(
            size if isinstance(size, int) else None for size in self._input.shape[1:]
        )
        self._type = TYPES[self._input.type]
        self._names = [output.name for output in self._session.get_outputs()]
        if self._pad and (len(self._shape) != 1 or self._shape[0] is None):
            raise InvalidModelFile("padding needs an input of rows of one fixed length.")

    def _checked_input(self) -> Any:
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if len(inputs) != 1:
            raise InvalidModelFile(f"it has {len(inputs)} inputs; models with one input are taken.")
        if inputs[0].type not in TYPES:
            raise InvalidModelFile(f"its input is {inputs[0].type}; {', '.join(TYPES)} are taken.")
        if len(inputs[0].shape) < 2 or isinstance(inputs[0].shape[0], int):
            raise InvalidModelFile("the first dimension of its input must be of any size, one row for each item.")
        for output in outputs:
            if not output.type.startswith("tensor("):
                raise InvalidModelFile(
                    f'its output "{output.name}" is {output.type}; tensors are taken (skl2onnx: options zipmap=False).'
                )
            if not output.shape or isinstance(output.shape[0], int):
                raise InvalidModelFile(f'the first dimension of its output "{output.name}" must be of any size.')
        return inputs[0]

    def signature(self) -> dict[str, Any]:
        return {
            "inputs": [_described(one) for one in self._session.get_inputs()],
            "outputs": [_described(one) for one in self._session.get_outputs()],
        }

    def prepare(self, item: dict[str, Any]) -> Array:
        value = item.get("input")
        if not isinstance(value, list) or not value:
            raise BadItem("input: must be a list of numbers.")
        try:
            found = np.array(value)
        except ValueError:
            raise BadItem("input: must be a list of numbers, or lists of the same length.") from None
        row = self._fitting(self._numbers(found))
        if len(row.shape) != len(self._shape) or any(
            wanted not in {None, size} for wanted, size in zip(self._shape, row.shape, strict=True)
        ):
            raise BadItem(f"input: has the shape {_shape(row.shape)}, and the model takes {_shape(self._shape)}.")
        return row

    def prepare_all(self, items: Sequence[dict[str, Any]]) -> list[Any]:
        together = self._together(items)
        return super().prepare_all(items) if together is None else list(together)

    def _together(self, items: Sequence[dict[str, Any]]) -> Array | None:
        """All rows at once, where nothing about them needs a closer look: a tenth of the time."""
        values = [item.get("input") for item in items]
        first = values[0]
        if not isinstance(first, list) or not all(isinstance(value, list) for value in values):
            return None
        try:
            found = np.array(values)
            rows = self._fitting(self._numbers(found))
        except (ValueError, BadItem):
            return None
        fits = len(rows.shape) == len(self._shape) + 1 and all(
            wanted in {None, size} for wanted, size in zip(self._shape, rows.shape[1:], strict=True)
        )
        return rows if fits and rows.size else None

    def _numbers(self, found: Array) -> Array:
        """As the model's type. Raises `BadItem`."""
        whole = issubclass(self._type, np.integer)
        if found.dtype.kind == "O" and all(isinstance(value, int | float) for value in found.flat):
            found = _floats(found)
        if found.dtype.kind not in ("biu" if whole else "biuf"):
            raise BadItem(f"input: must be {'whole ' if whole else ''}numbers.")
        with np.errstate(over="ignore"):
            row = found.astype(self._type)
        if not (np.array_equal(row, found) if whole else np.isfinite(row).all()):
            raise BadItem("input: has a number that is too large for the model.")
        return row

    def _fitting(self, rows: Array) -> Array:
        """Of the model's length, where its version says so: zeros are added, what is too much is left out."""
        if not self._pad:
            return rows
        length, given = self._shape[0], rows.shape[-1]
        assert length is not None
        if given >= length:
            return rows[..., :length]
        return np.concatenate([rows, np.zeros((*rows.shape[:-1], length - given), rows.dtype)], axis=-1)

    def run(self, inputs: list[Array]) -> list[Prediction]:
        found: list[Prediction | None] = [None] * len(inputs)
        for places in _same_shape(inputs):
            stacked = np.stack([inputs[place] for place in places])
            outputs = self._session.run(self._names, {self._input.name: stacked})
            for place, prediction in zip(places, self._predictions(outputs, len(places)), strict=True):
                found[place] = prediction
        return [prediction for prediction in found if prediction is not None]

    def _predictions(self, outputs: Sequence[Any], count: int) -> Iterator[Prediction]:
        arrays = [np.ascontiguousarray(output) for output in outputs]
        for name, array in zip(self._names, arrays, strict=True):
            if len(array) != count:
                raise ValueError(f'output "{name}" has {len(array)} rows for {count} items; one for each is needed.')
        confidences = _confidences(arrays, count)
        columns = [_rows(array) for array in arrays]
        if len(columns) == 1:
            yield from map(Prediction, columns[0], confidences)
        else:
            for *values, confidence in zip(*columns, confidences, strict=True):
                yield Prediction(dict(zip(self._names, values, strict=True)), confidence)

    def samples(self, count: int) -> list[Array]:
        return [np.zeros([size or 1 for size in self._shape], self._type) for _ in range(count)]


def _floats(large: Array) -> Array:
    """Whole numbers beyond 64 bits; 1e25 comes out of the database as one."""
    try:
        return large.astype(np.float64)
    except OverflowError:
        raise BadItem("input: has a number that is too large for the model.") from None


def _same_shape(inputs: Sequence[Array]) -> list[list[int]]:
    places: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for place, row in enumerate(inputs):
        places[row.shape].append(place)
    return list(places.values())


def _rows(array: Array) -> Sequence[Any]:
    """Numbers stay NumPy's, which JSON gets at their own precision: 0.1 and not 0.10000000149011612."""
    return list(array) if array.ndim > 1 and array.dtype.kind in "fiu" else array.tolist()


def _confidences(arrays: Sequence[Array], count: int) -> list[float | None]:
    """The largest probability of each item, in the first output where its own row is of probabilities; else None."""
    found: list[float | None] = [None] * count
    for array in reversed(arrays):
        if array.ndim == 2 and array.shape[1] > 1 and array.dtype.kind == "f":
            with np.errstate(all="ignore"):  # what are no probabilities may be beyond all bounds
                good = (array >= 0).all(axis=1) & (abs(array.sum(axis=1) - 1) <= PROBABILITY_SLACK)
            largest = np.round(array.max(axis=1).astype(np.float64), 6).tolist()
            found = [new if fits else old for new, fits, old in zip(largest, good.tolist(), found, strict=True)]
    return found


def _described(one: Any) -> dict[str, Any]:
    return {
        "name": one.name,
        "type": one.type,
        "shape": [size if isinstance(size, int) else None for size in one.shape],
    }


def _shape(shape: Sequence[int | None]) -> str:
    return "x".join("any" if size is None else str(size) for size in shape)


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0][:300]
