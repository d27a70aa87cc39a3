"""Settings take effect while everything runs, in every process."""

import pytest

from batches.processor import queries, services
from batches.processor.configuration import Settings
from batches.processor.models import ProcessorSetting
from project.access.models import AuditEntry
from project.api.errors import InvalidRequest
from tests.processor import runtimes
from tests.processor.hands import ended, submitted
from tests.workers.hands import wait_for
from workers.models import PriorityClass, Worker


def configure(**changes) -> Settings:
    return services.configure(changes=changes)


def longest_run() -> int:
    return max(len(run) for run in runtimes.runs)


def test_without_any_change_the_environment_holds(settings) -> None:
    settings.MAX_BATCH_SIZE, settings.MAX_WAIT_TIME_MS, settings.ENABLE_DYNAMIC_BATCHING = 77, 3.0, False
    now = queries.settings_now()
    assert (now.max_batch_size, now.max_wait_time_ms, now.enable_dynamic_batching) == (77, 3.0, False)
    assert now.priority_weights == {"critical": 1.0, "high": 0.75, "normal": 0.5, "low": 0.25}


def test_what_is_stored_goes_before_the_environment_until_it_is_null(settings) -> None:
    settings.MAX_BATCH_SIZE = 77
    assert configure(max_batch_size=5, enable_dynamic_batching=False).max_batch_size == 5
    assert not queries.settings_now().enable_dynamic_batching
    now = configure(max_batch_size=None)
    assert (now.max_batch_size, now.enable_dynamic_batching) == (77, False)


def test_weights_are_those_of_the_engine(database) -> None:
    now = configure(priority_weights={"critical": 0.9, "low": 0.05})
    assert now.priority_weights == {"critical": 0.9, "high": 0.75, "normal": 0.5, "low": 0.05}
    assert float(PriorityClass.objects.get(name="urgent").weight) == 0.9


def test_a_change_is_in_the_audit_trail_with_what_was_before(user_for) -> None:
    from project.access.roles import Role

    services.configure(changes={"max_wait_time_ms": 7}, actor=user_for(Role.BATCH_ADMIN))
    entry = AuditEntry.objects.get(operation="processor.configure")
    assert (entry.before["max_wait_time_ms"], entry.after["max_wait_time_ms"]) == (50.0, 7)
    assert ProcessorSetting.objects.get().changed_by.username == "batch_admin"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"max_batch_size": 0}, "max_batch_size"),
        ({"max_batch_size": 1001}, "max_batch_size"),
        ({"max_batch_size": 1.5}, "max_batch_size"),
        ({"max_batch_size": float("nan")}, "max_batch_size"),
        ({"max_batch_size": True}, "max_batch_size"),
        ({"max_wait_time_ms": -1}, "max_wait_time_ms"),
        ({"max_wait_time_ms": 60_001}, "max_wait_time_ms"),
        ({"enable_dynamic_batching": "yes"}, "enable_dynamic_batching"),
        ({"priority_weights": {"high": 1.1}}, "priority_weights.high"),
        ({"priority_weights": {"urgent": 1}}, "priority_weights.urgent"),
        ({"priority_weights": [1]}, "priority_weights"),
        ({"speed": 11}, "speed"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field_and_nothing_changes(changes, field) -> None:
    with pytest.raises(InvalidRequest) as refused:
        services.configure(changes={"max_wait_time_ms": 9, **changes})
    assert set(refused.value.details["fields"]) == {field}
    assert queries.settings_now().max_wait_time_ms == 50.0


def test_a_running_worker_has_the_size_with_its_next_batch(trying, workers) -> None:
    services.change_model(name="trying", changes={"target_latency_ms": 60_000})  # however slow the machine is
    ended(submitted(*[1] * 40))
    configure(max_batch_size=3)
    runtimes.runs.clear()
    ended(submitted(*[1] * 40))
    assert longest_run() == 3


def test_without_dynamic_batching_each_item_runs_by_itself(trying, workers) -> None:
    configure(enable_dynamic_batching=False)
    ended(submitted(*[1] * 10), submitted(2), submitted(3))
    assert longest_run() == 1


def test_a_model_s_own_limit_holds_too(trying, workers) -> None:
    services.change_model(name="trying", changes={"max_batch_size": 4})
    ended(submitted(*[1] * 30))
    assert longest_run() <= 4


def test_runs_stay_below_the_target_latency(trying, workers) -> None:
    services.change_model(name="trying", changes={"target_latency_ms": 200})
    type(trying).objects.filter(pk=trying.pk).update(file=b"0.04")  # seconds an item
    ended(submitted(*[1] * 60))
    assert 2 <= longest_run() <= 8


def test_a_worker_claims_what_fills_a_run(trying, workers) -> None:
    configure(max_batch_size=16)
    ended(*[submitted(1) for _ in range(30)])
    prefetch = Worker.objects.get(pk=workers.worker_id).prefetch["processor.infer"]
    assert 1 <= prefetch <= 32
    configure(enable_dynamic_batching=False)
    ended(submitted(1))
    wait_for(lambda: Worker.objects.get(pk=workers.worker_id).prefetch["processor.infer"] == 1, "a part for each claim")


def test_a_lone_item_does_not_wait_for_others(trying, workers) -> None:
    configure(max_wait_time_ms=60_000)
    for _ in range(3):
        ended(submitted(1))


def test_only_so_many_batches_run_at_once_in_a_process(trying, workers, monkeypatch) -> None:
    import threading

    from batches.processor.batching import running

    monkeypatch.setattr(running, "_places", threading.BoundedSemaphore(1))
    runtimes.gate.clear()
    first = submitted(1)
    wait_for(lambda: len(runtimes.runs) == 1, "the first run")
    second = submitted(2)
    wait_for(lambda: workers._board.running_count == 2, "both slots to be taken")
    assert len(runtimes.runs) == 1
    runtimes.gate.set()
    ended(first, second)


def test_a_lighter_class_is_overtaken(trying) -> None:
    configure(priority_weights={"critical": 1, "low": 0})
    low = [submitted(n, priority="low") for n in range(3)]
    critical = submitted(9, priority="critical")
    from workers.runtime import drain

    configure(enable_dynamic_batching=False)
    drain(slots=1)
    assert 9 in runtimes.runs[0]
    assert ended(critical, *low)[0].status == "completed"
