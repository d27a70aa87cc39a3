"""What worker processes prepare beside their first jobs."""

import pytest

from tests.workers.hands import wait_for
from workers import starts
from workers.runtime.upkeep import Upkeep

called: list[str] = []


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two preparations of the test's own, the first of which fails."""
    monkeypatch.setattr(starts, "_registered", {})
    called.clear()

    @starts.at_start(queue="images")
    def images() -> None:
        called.append("images")
        raise ValueError("no")

    @starts.at_start(queue="texts")
    def texts() -> None:
        called.append("texts")


@pytest.mark.parametrize(
    ("queues", "expected"),
    [(["*"], ["images", "texts"]), (["texts"], ["texts"]), (["images", "texts"], ["images", "texts"])],
)
def test_a_process_prepares_what_its_queues_need_once(queues: list[str], expected: list[str]) -> None:
    upkeep = Upkeep(queues)
    upkeep.start(1)
    upkeep.start(2)
    wait_for(lambda: called == expected, "the preparations")
    upkeep.stop()
    assert called == expected
