"""What is taken for a model, and what is refused with its reason."""

import threading

import numpy as np
import onnx
import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from onnx import TensorProto, helper, numpy_helper

from batches.processor import queries, sample, services
from batches.processor.models import InferenceModel, ModelVersion
from project.access.models import AuditEntry
from project.api.errors import Conflict, InvalidRequest, NotFound, NotReady

SAMPLE = sample.FILE.read_bytes()


def written(inputs, outputs, nodes=None, weights=()) -> bytes:
    """An ONNX file of one Identity, unless nodes are given."""
    graph = helper.make_graph(
        nodes or [helper.make_node("Identity", [inputs[0][0]], [outputs[0][0]])],
        "test",
        [helper.make_tensor_value_info(*one) for one in inputs],
        [helper.make_tensor_value_info(*one) for one in outputs],
        list(weights),
    )
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()


FLOAT = TensorProto.FLOAT
IDENTITY = written([("x", FLOAT, ["n", 2])], [("y", FLOAT, ["n", 2])])


def external() -> bytes:
    """A weight that is somebody's file on the worker."""
    weight = numpy_helper.from_array(np.ones((2, 2), np.float32), "w")
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    weight.external_data.add(key="location", value="../../etc/passwd")
    nodes = [helper.make_node("MatMul", ["x", "w"], ["y"])]
    return written([("x", FLOAT, ["n", 2])], [("y", FLOAT, ["n", 2])], nodes, [weight])


def external_within_a_node() -> bytes:
    weight = numpy_helper.from_array(np.ones(2, np.float32), "hidden")
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    weight.external_data.add(key="location", value="secret.bin")
    nodes = [helper.make_node("Constant", [], ["c"], value=weight), helper.make_node("Add", ["x", "c"], ["y"])]
    return written([("x", FLOAT, ["n", 2])], [("y", FLOAT, ["n", 2])], nodes)


def reason(data: bytes, **options) -> str:
    with pytest.raises(InvalidRequest) as refused:
        services.register(name="m", data=data, **options)
    assert not InferenceModel.objects.exists()
    return refused.value.message


def test_a_good_file_becomes_the_first_version_and_the_default() -> None:
    made = services.register(name="scores", data=SAMPLE)
    assert (str(made), made.size, made.model.is_default) == ("scores-v1.0", len(SAMPLE), True)
    assert made.signature["inputs"] == [{"name": "input", "type": "tensor(float)", "shape": [None, 8]}]
    assert bytes(ModelVersion.objects.get().file) == SAMPLE
    entry = AuditEntry.objects.get(operation="processor.register_model")
    assert (entry.target, entry.after["sha256"]) == ("scores-v1.0", made.sha256)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "file: is empty."),
        (b"not a model", "it is no ONNX file"),
        (SAMPLE[:500], "it is no ONNX file"),
        (external(), 'its tensor "w" is kept in another file'),
        (external_within_a_node(), 'its tensor "hidden" is kept in another file'),
        (
            written([("x", FLOAT, [1, 2])], [("y", FLOAT, [1, 2])]),
            "the first dimension of its input must be of any size",
        ),
        (
            written([("x", FLOAT, ["n", 2]), ("z", FLOAT, ["n", 2])], [("y", FLOAT, ["n", 2])]),
            "it has 2 inputs; models with one input are taken",
        ),
        (
            written([("x", TensorProto.STRING, ["n", 2])], [("y", TensorProto.STRING, ["n", 2])]),
            "its input is tensor(string)",
        ),
        (
            written(
                [("x", FLOAT, ["n", 2])], [("y", FLOAT, ["n", 2])], [helper.make_node("NoSuchThing", ["x"], ["y"])]
            ),
            "ONNX Runtime can't load it",
        ),
    ],
    ids=[
        "empty",
        "text",
        "cut",
        "external",
        "external in a node",
        "fixed",
        "two inputs",
        "strings",
        "unknown operator",
    ],
)
def test_what_cannot_be_run_is_refused_with_the_reason(data: bytes, expected: str) -> None:
    assert expected in reason(data)


def test_a_file_that_is_too_large_is_refused(settings) -> None:
    settings.MODEL_MAX_BYTES = 1024
    assert "at most 1,024 are taken" in reason(SAMPLE)


@pytest.mark.parametrize("name", ["", "a b", "../x", "a" * 101, "-a"])
def test_a_name_that_could_not_stand_in_an_address_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest, match="name: must be letters"):
        services.register(name=name, data=SAMPLE)


def test_an_unknown_runtime_is_refused() -> None:
    assert 'there is no runtime "torch"' in reason(SAMPLE, runtime="torch")


def test_padding_needs_rows_of_one_length() -> None:
    open_rows = written([("x", FLOAT, ["n", "length"])], [("y", FLOAT, ["n", "length"])])
    assert "padding needs an input of rows of one fixed length" in reason(open_rows, input_fit="pad")


def test_versions_follow_one_another_and_the_bare_name_is_the_newest(database) -> None:
    first = services.register(name="m", data=IDENTITY)
    second = services.register(name="m", data=IDENTITY)
    assert [str(first), str(second)] == ["m-v1.0", "m-v2.0"]
    assert queries.version_for({"model_id": "m"}) == second.pk
    assert queries.version_for({"model_id": "m-v1.0"}) == first.pk
    assert queries.version_for({}) == second.pk
    with pytest.raises(Conflict, match="is registered already"):
        services.register(name="m", data=IDENTITY, version="2.0")


def test_the_bare_name_and_the_default_can_be_moved(model) -> None:
    services.register(name="m", data=IDENTITY, version="a")
    services.register(name="m", data=IDENTITY, version="b")
    assert queries.version_for({}) == model.pk
    changed = services.set_default(name="m", version="a", model=True)
    assert (str(changed.default_version), changed.is_default) == ("m-va", True)
    assert queries.version_for({}) == queries.version_for({"model_id": "m-va"})
    assert InferenceModel.objects.filter(is_default=True).count() == 1
    with pytest.raises(NotFound):
        services.set_default(name="m", version="c")
    with pytest.raises(NotFound):
        services.set_default(name="x")


def test_different_models_become_the_default_at_once_one_after_the_other(model, monkeypatch) -> None:
    monkeypatch.setattr("batches.processor.services.models.signature", lambda *_, **__: {})
    for name in ("a", "b"):
        services.register(name=name, data=IDENTITY)
    start, failed = threading.Barrier(2, timeout=60), []

    def choose(name: str) -> None:
        try:
            for number in range(20):
                start.wait()
                if number % 2:
                    services.set_default(name=name, model=True)
                else:
                    services.register(name=f"{name}{number}", data=IDENTITY, default=True)
        except Exception as error:  # noqa: BLE001  the main thread tells it
            start.abort()
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=choose, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert InferenceModel.objects.get(is_default=True).name in {"a", "b"}


@pytest.mark.parametrize("model_id", ["x", "model-v9", "model-v", 5, ["model"], "model\0"])
def test_a_model_that_does_not_exist_is_refused_by_the_field(model, model_id) -> None:
    if model_id == "model\0":
        assert queries.version_for({"model_id": "model"}) == model.pk
        return
    with pytest.raises(InvalidRequest) as refused:
        queries.version_for({"model_id": model_id})
    assert set(refused.value.details["fields"]) == {"metadata.model_id"}


def test_without_any_model_a_submission_says_how_to_register_one() -> None:
    with pytest.raises(NotReady, match="register_model"):
        services.submit(items=[{"input": [1]}], priority="normal", timeout_ms=5000)


def test_how_a_model_is_batched_can_be_changed(model) -> None:
    changed = services.change_model(name="model", changes={"max_batch_size": 16, "target_latency_ms": 5})
    assert (changed.max_batch_size, changed.target_latency_ms) == (16, 5)
    assert services.change_model(name="model", changes={"max_batch_size": None}).max_batch_size is None


@pytest.mark.parametrize(
    "changes",
    [
        {"max_batch_size": 0}, {"max_batch_size": 1001}, {"max_batch_size": True}, {"target_latency_ms": 0},
        {"target_latency_ms": "5"}, {"target_latency_ms": None}, {"warm_up": 1}, {"name": "x"}, {"description": 1},
    ],
)  # fmt: skip
def test_a_change_that_makes_no_sense_is_refused_by_its_field(model, changes) -> None:
    with pytest.raises(InvalidRequest) as refused:
        services.change_model(name="model", changes=changes)
    assert set(refused.value.details["fields"]) == set(changes)


def test_the_command_registers_the_sample_once(capsys) -> None:
    call_command("register_model", "--sample")
    call_command("register_model", "--sample", "--json")
    assert ModelVersion.objects.get().input_fit == "pad"
    assert "model-v1.0 is registered" in capsys.readouterr().out


def test_the_command_registers_a_file(tmp_path, capsys) -> None:
    file = tmp_path / "identity.onnx"
    file.write_bytes(IDENTITY)
    call_command("register_model", str(file), "--name", "identity", "--model-version", "7", "--default")
    assert str(InferenceModel.objects.get(is_default=True).default_version) == "identity-v7"
    file.write_bytes(b"no")
    with pytest.raises(CommandError, match="it is no ONNX file"):
        call_command("register_model", str(file), "--name", "identity")
    with pytest.raises(CommandError, match="can't be read"):
        call_command("register_model", str(tmp_path / "missing"), "--name", "identity")


def test_the_sample_model_is_what_the_script_makes() -> None:
    from batches.processor.runtimes.base import ModelFile
    from batches.processor.runtimes.onnx import OnnxRuntime
    from batches.processor.sample import make

    made = OnnxRuntime(ModelFile(data=make.document(64), pad=True))
    shipped = OnnxRuntime(ModelFile(data=SAMPLE, pad=True))
    items = [{"input": [1, 2, 3]}, {"input": [3, 2, 1, 0, -1]}, {"input": [1] * 9}]
    for mine, theirs in zip(made.run(made.prepare_all(items)), shipped.run(shipped.prepare_all(items)), strict=True):
        assert mine.output == pytest.approx(theirs.output, abs=1e-3)  # another processor rounds otherwise
    onnx.checker.check_model(onnx.load_from_string(SAMPLE))
