"""What comes of the items of a batch."""

from itertools import pairwise

import pytest

from batches.processor import queries
from tests.processor import runtimes
from tests.processor.hands import counts, ended, outputs, submitted

pytestmark = pytest.mark.usefixtures("workers")


def test_items_of_any_length_run_through_the_sample_model(model) -> None:
    (batch,) = ended(submitted([1, 2, 3], [1.0, 2.0, 3.0, 4.0], [1, 2, 3, 4, 5], list(range(20))))
    found = queries.results(batch)
    assert batch.status == "completed"
    assert [result["request_id"] for result in found] == ["req_1", "req_2", "req_3", "req_4"]
    for result in found:
        assert sum(result["output"]) == pytest.approx(1, abs=1e-4)
        assert result["confidence"] == pytest.approx(max(result["output"]), abs=1e-5)
        assert result["processing_time_ms"] >= 0
        assert "error" not in result
    assert [max(result["output"]) == result["output"][0] for result in found] == [True] * 4, "all of them rise"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("text", "input: must be a list of numbers."),
        ([], "input: must be a list of numbers."),
        (None, "input: must be a list of numbers."),
        (["1", "2"], "input: must be numbers."),
        ([1, None], "input: must be numbers."),
        ([1, [2]], "input: must be a list of numbers, or lists of the same length."),
        ([[1, 2, 3]], "input: has the shape 1x8, and the model takes 8."),
        ([1e39], "input: has a number that is too large for the model."),
        ([10**400], "input: has a number that is too large for the model."),
    ],
)
def test_a_bad_item_fails_alone(model, value, reason) -> None:
    (batch,) = ended(submitted([1, 2, 3], value, [3, 2, 1]))
    first, bad, last = queries.results(batch)
    assert (batch.status, counts(batch)) == ("completed", (2, 1, 0))
    assert bad == {
        "request_id": "req_2", "output": None, "confidence": None, "processing_time_ms": None, "error": reason
    }  # fmt: skip
    assert first["output"] is not None
    assert last["output"] is not None


def test_numbers_as_large_as_the_model_takes_are_taken(model) -> None:
    (batch,) = ended(submitted([1e25, 10**30, 1, 0.5], [True, False]))
    assert (batch.status, counts(batch)) == ("completed", (2, 0, 0))


def test_a_batch_of_bad_items_alone_has_failed(model) -> None:
    (batch,) = ended(submitted("a", "b"))
    assert (batch.status, batch.error) == ("failed", "input: must be a list of numbers.")
    assert batch.failed_at is not None
    assert counts(batch) == (0, 2, 0)


def test_an_item_that_breaks_the_whole_run_fails_alone(trying) -> None:
    (batch,) = ended(submitted(*range(20)))
    found = queries.results(batch)
    assert [result["output"] for result in found] == [n if n != 13 else None for n in range(20)]
    assert found[13]["error"] == "the model failed: unlucky"


def test_a_model_that_loses_an_item_gives_none_an_output_that_may_be_another_s(trying) -> None:
    (batch,) = ended(submitted(1, 2000, 3))
    assert batch.status == "failed"
    assert {result["error"] for result in queries.results(batch)} == {"the model gave 2 outputs for 3 items"}


def test_results_keep_the_order_of_a_thousand_items(trying) -> None:
    (batch,) = ended(submitted(*range(2000, 3000)))
    assert counts(batch)[1] == 1000
    (batch,) = ended(submitted(*(n / 2000 for n in range(1000))))
    assert outputs(batch) == [n / 2000 for n in range(1000)]
    assert [result["request_id"] for result in queries.results(batch)] == [f"req_{n}" for n in range(1, 1001)]


def test_items_may_have_names_of_their_own(trying) -> None:
    from batches.processor import services

    items = [{"input": 1, "request_id": "mine"}, {"input": 2}, {"input": "x", "request_id": "bad"}]
    (batch,) = ended(services.submit(items=items, priority="low", timeout_ms=60_000))
    assert [result["request_id"] for result in queries.results(batch)] == ["mine", "req_2", "bad"]


def test_each_status_has_its_time_in_order(trying) -> None:
    (batch,) = ended(submitted(1, 2))
    times = [batch.queued_at, batch.processing_at, batch.completed_at]
    assert all(earlier <= later for earlier, later in pairwise(times))
    assert [batch.failed_at, batch.cancelling_at, batch.cancelled_at, batch.expired_at] == [None] * 4
    assert batch.ended_at == batch.completed_at


def test_submissions_are_run_together_and_each_gets_its_own(trying) -> None:
    from batches.processor import services
    from tests.workers.hands import wait_for

    # or the wait at the gate would make its runs look slow, and the next ones small
    services.change_model(name="trying", changes={"target_latency_ms": 60_000})
    runtimes.gate.clear()
    first = submitted(0.5)
    wait_for(lambda: len(runtimes.runs) == 1, "the first to run")
    others = [submitted(n / 10) for n in range(1, 9)]
    runtimes.gate.set()
    found = ended(first, *others)
    assert [outputs(batch) for batch in found[1:]] == [[n / 10] for n in range(1, 9)]
    assert max(len(run) for run in runtimes.runs) > 1, "some of them shared a run"


def test_models_in_one_claim_each_get_their_own_items(trying, model) -> None:
    runtimes.gate.clear()
    first = submitted(0.5)
    batches = [
        submitted([1, 2, 3], metadata={"model_id": "model-v1.0"}) if n % 2 else submitted(n / 10) for n in range(6)
    ]
    runtimes.gate.set()
    found = ended(first, *batches)[1:]
    assert [batch.status for batch in found] == ["completed"] * 6
    assert [outputs(batch) for batch in found[::2]] == [[0.0], [0.2], [0.4]]
    assert all(len(outputs(batch)[0]) == 3 for batch in found[1::2])


def test_a_model_that_cannot_be_loaded_fails_its_items_and_says_so(trying) -> None:
    type(trying).objects.filter(pk=trying.pk).update(file=b"broken")
    (batch,) = ended(submitted(1))
    assert (batch.status, batch.error) == ("failed", "the model can't be loaded: it is broken.")


def test_a_submission_too_large_for_one_run_is_split(trying) -> None:
    from batches.processor import services

    services.configure(changes={"max_batch_size": 8})
    (batch,) = ended(submitted(*(n / 1000 for n in range(100))))
    assert outputs(batch) == [n / 1000 for n in range(100)]
    assert max(len(run) for run in runtimes.runs) <= 8
