"""What the leading process calls by the clock."""

import threading

import pytest

from tests.workers.hands import wait_for
from workers import rounds
from workers.runtime.scheduler import Scheduler


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No rounds but the test's own."""
    monkeypatch.setattr(rounds, "_registered", {})


def test_a_round_is_called_again_and_again_by_who_leads() -> None:
    called: list[str] = []

    @rounds.every(0.02)
    def tick() -> None:
        called.append(threading.current_thread().name)

    scheduler = Scheduler()
    scheduler.start()
    wait_for(lambda: len(called) >= 5, "five calls")
    scheduler.stop()
    assert set(called) == {"scheduler"}


def test_a_round_that_fails_is_called_again_and_keeps_no_other_from_its_turn() -> None:
    broken: list[int] = []
    called: list[int] = []

    @rounds.every(0.02)
    def fails() -> None:
        broken.append(1)
        raise ValueError("no")

    @rounds.every(0.02)
    def works() -> None:
        called.append(1)

    scheduler = Scheduler()
    scheduler.start()
    wait_for(lambda: len(broken) >= 3 and len(called) >= 3, "three calls of each")
    scheduler.stop()


def test_a_round_is_not_called_before_it_is_due() -> None:
    called: list[int] = []

    @rounds.every(3600.0)
    def rare() -> None:
        called.append(1)

    mine = rounds.Rounds()
    mine.run()
    mine.run()
    assert called == [1]
    assert 3500 < mine.left() <= 3600
