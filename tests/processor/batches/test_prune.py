"""Batches are kept as long as the engine's jobs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from batches.processor.models import InferenceBatch, InferencePart
from batches.processor.services import cancel, retention
from tests.processor.hands import ended, submitted


def aged(batch: InferenceBatch, days: int) -> None:
    InferenceBatch.objects.filter(pk=batch.pk).update(queued_at=timezone.now() - timedelta(days=days))


def test_old_batches_go_with_their_results(trying, workers, settings) -> None:
    settings.JOB_RETENTION_DAYS = 30
    old, young = ended(submitted(1), submitted(2))
    aged(old, 31)
    aged(young, 29)
    assert retention.prune() == 1
    assert list(InferenceBatch.objects.values_list("batch_id", flat=True)) == [young.batch_id]
    assert list(InferencePart.objects.values_list("batch_id", flat=True)) == [young.pk]


def test_one_that_has_not_ended_stays(trying, settings) -> None:
    settings.JOB_RETENTION_DAYS = 30
    first, second = submitted(1), submitted(2)
    cancel(batch_id=second.batch_id)
    aged(first, 31)
    aged(second, 31)
    assert retention.prune() == 1
    assert InferenceBatch.objects.get().pk == first.pk


@pytest.mark.parametrize("days", [0])
def test_without_a_retention_all_are_kept(trying, settings, days) -> None:
    settings.JOB_RETENTION_DAYS = days
    batch = submitted(1)
    cancel(batch_id=batch.batch_id)
    aged(batch, 10_000)
    assert retention.prune() == 0
