"""What ONNX models give, and runtimes of one's own."""

import numpy as np
import pytest
from onnx import TensorProto, helper

from batches.processor import queries, services
from batches.processor.registry.inspection import inspect
from batches.processor.runtimes.base import BadItem, InvalidModelFile, ModelFile
from batches.processor.runtimes.onnx import OnnxRuntime
from tests.processor.hands import ended, submitted
from tests.processor.models.test_register import FLOAT, written


def runtime(data: bytes, **options) -> OnnxRuntime:
    return OnnxRuntime(ModelFile(data=data, **options))


def given(model: OnnxRuntime, *inputs) -> list:
    """Outputs as JSON would have them; the error's text for what is refused."""
    items = [{"input": value} for value in inputs]
    apart = [model._prepared(item) for item in items]
    together = model.prepare_all(items)
    for one, other in zip(apart, together, strict=True):
        assert str(one) == str(other), "an item is understood alike alone and among others"
    found = iter(model.run([row for row in together if not isinstance(row, BadItem)]))
    return [str(row) if isinstance(row, BadItem) else plain(next(found).output) for row in together]


def plain(output):
    if isinstance(output, dict):
        return {name: plain(value) for name, value in output.items()}
    return output.tolist() if isinstance(output, np.ndarray) else output


def test_rows_of_any_length_are_run_apart_and_keep_their_order() -> None:
    model = runtime(written([("x", FLOAT, ["n", "length"])], [("y", FLOAT, ["n", "length"])]))
    assert given(model, [1, 2], [3], [4, 5], [6]) == [[1, 2], [3], [4, 5], [6]]


def test_without_padding_another_length_is_refused() -> None:
    model = runtime(written([("x", FLOAT, ["n", 2])], [("y", FLOAT, ["n", 2])]))
    assert given(model, [1, 2], [3], [4, 5, 6]) == [
        [1, 2], "input: has the shape 1, and the model takes 2.", "input: has the shape 3, and the model takes 2."
    ]  # fmt: skip


def test_with_padding_zeros_are_added_and_the_rest_is_cut() -> None:
    model = runtime(written([("x", FLOAT, ["n", 2])], [("y", FLOAT, ["n", 2])]), pad=True)
    assert given(model, [1, 2], [3], [4, 5, 6]) == [[1, 2], [3, 0], [4, 5]]
    assert given(model, [3], [4]) == [[3, 0], [4, 0]]


def test_a_model_of_whole_numbers_takes_no_others() -> None:
    whole = TensorProto.INT64
    model = runtime(written([("x", whole, ["n", 1])], [("y", whole, ["n", 1])]))
    assert given(model, [1], [1.5], [2**62], [-3]) == [[1], "input: must be whole numbers.", [2**62], [-3]]


def test_tables_are_taken_where_the_model_wants_them() -> None:
    model = runtime(written([("x", FLOAT, ["n", 2, "m"])], [("y", FLOAT, ["n", 2, "m"])]))
    table = [[1, 2, 3], [4, 5, 6]]
    assert given(model, table, [[1], [2]], [1, 2]) == [
        table, [[1], [2]], "input: has the shape 2, and the model takes 2xany."
    ]  # fmt: skip


def test_several_outputs_come_by_name_with_the_confidence_of_the_probabilities() -> None:
    nodes = [
        helper.make_node("Softmax", ["x"], ["probabilities"], axis=1),
        helper.make_node("ArgMax", ["x"], ["label"], axis=1, keepdims=0),
    ]
    outputs = [("label", TensorProto.INT64, ["n"]), ("probabilities", FLOAT, ["n", 2])]
    model = runtime(written([("x", FLOAT, ["n", 2])], outputs, nodes))
    (first, second) = model.run(model.prepare_all([{"input": [0, 0]}, {"input": [0, 100]}]))
    assert plain(first.output) == {"label": 0, "probabilities": [0.5, 0.5]}
    assert plain(second.output)["label"] == 1
    assert (first.confidence, second.confidence) == (0.5, 1.0)


def test_what_are_no_probabilities_has_no_confidence() -> None:
    model = runtime(written([("x", FLOAT, ["n", 2])], [("y", FLOAT, ["n", 2])]))
    assert [one.confidence for one in model.run(model.prepare_all([{"input": [1, 2]}]))] == [None]


def test_the_runtime_of_ten_lines_runs(database, workers, settings) -> None:
    settings.MODEL_RUNTIMES = ["doubler=tests.processor.runtimes.Doubler"]
    services.register(name="twice", data=b"2", runtime="doubler")
    (batch,) = ended(submitted(21, "x", 0.5, metadata={"model_id": "twice-v1.0"}))
    found = queries.results(batch)
    assert [result["output"] for result in found] == [42, None, 1]
    assert found[1]["error"] == "input: must be a number."


@pytest.mark.parametrize("entry", ["nothing", "=x.Y", "a=b"])
def test_a_runtime_that_is_not_named_by_its_class_is_a_mistake_in_the_settings(settings, entry) -> None:
    from django.core.exceptions import ImproperlyConfigured

    from batches.processor.runtimes.names import paths

    settings.MODEL_RUNTIMES = [entry]
    with pytest.raises(ImproperlyConfigured, match="MODEL_RUNTIMES"):
        paths()


def test_a_worker_process_has_models_loaded_before_items_come(model) -> None:
    from batches.processor.jobs.load import load_models
    from batches.processor.runtimes import loaded

    load_models()
    assert loaded.models._known(model.pk).name == "model-v1.0"


def test_an_item_that_a_runtime_stumbles_over_fails_alone(database, workers, settings) -> None:
    settings.MODEL_RUNTIMES = ["careless=tests.processor.runtimes.Careless"]
    services.register(name="careless", data=b"2", runtime="careless")
    (batch,) = ended(submitted(21, "x", 0.5, metadata={"model_id": "careless"}))
    found = queries.results(batch)
    assert [result["output"] for result in found] == [42, None, 1]
    assert found[1]["error"] == "the model can't take it: could not convert string to float: 'x'"


def test_an_output_that_is_no_json_fails_its_item_alone(database, workers, settings) -> None:
    settings.MODEL_RUNTIMES = ["careless=tests.processor.runtimes.Careless"]
    services.register(name="careless", data=b"2", runtime="careless")
    (batch,) = ended(submitted(21, -1, 0.5, metadata={"model_id": "careless"}))
    found = queries.results(batch)
    assert [result["output"] for result in found] == [42, None, 1]
    assert found[1]["error"] == "the model's output is no JSON: Type is not JSON serializable: set"
    assert (batch.status, batch.completed, batch.failed) == ("completed", 2, 1)


@pytest.mark.parametrize("outputs", [["y"], ["y", "x2"]])
def test_an_output_of_more_rows_than_items_is_refused(outputs) -> None:
    nodes = [helper.make_node("Concat", ["x", "x"], ["y"], axis=0), helper.make_node("Identity", ["x"], ["x2"])]
    data = written([("x", FLOAT, ["n", 2])], [(name, FLOAT, ["m", 2]) for name in outputs], nodes)
    model = runtime(data)
    with pytest.raises(ValueError, match='output "y" has 2 rows for 1 item'):
        model.run(model.prepare_all([{"input": [1, 2]}]))
    with pytest.raises(InvalidModelFile, match='output "y" has 4 rows for 2 items'):
        inspect("batches.processor.runtimes.onnx.OnnxRuntime", data, pad=False)


def test_the_confidence_of_an_item_does_not_depend_on_its_neighbours() -> None:
    model = runtime(written([("x", FLOAT, ["n", 2])], [("y", FLOAT, ["n", 2])]))
    rows = model.prepare_all([{"input": value} for value in ([0.25, 0.75], [2, 3], [1, 0], [-1, 2])])
    together = [one.confidence for one in model.run(rows)]
    assert together == [one.confidence for row in rows for one in model.run([row])] == [0.75, None, 1.0, None]
