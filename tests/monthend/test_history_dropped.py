"""What proves a close is the close's own: it stays when the history of the jobs that ran it is dropped."""

import pytest
from django.test import Client
from django.urls import reverse

from project.access.roles import Role
from tests.monthend.closing import verify
from tests.workers.ageing import age, begin_partition, hold_first_partition, keep_house
from workers.models import Execution, Job

ADDRESSES = ("status", "workers", "validation", "report", "certificate", "metrics")


@pytest.fixture
def old_close(january, close):
    """A committed month whose jobs ran longer ago than jobs are kept."""
    begin_partition(5)
    batch = close()
    hold_first_partition()
    begin_partition(6)
    age(31, Execution.objects.get(pk=batch.execution_id))
    return batch


def answers(admin, batch) -> dict[str, object]:
    found = {name: admin.get(f"/api/v1/batch/{batch.batch_id}/{name}") for name in ADDRESSES}
    assert {name: answer.status_code for name, answer in found.items()} == dict.fromkeys(ADDRESSES, 200)
    return {name: answer.json() for name, answer in found.items() if name != "metrics"}


def test_the_evidence_of_a_close_outlives_its_jobs(old_close, admin, user_for):
    before = answers(admin, old_close)
    assert keep_house().executions_deleted == 1
    assert not Job.objects.filter(execution_id=old_close.execution_id).exists()
    after = answers(admin, old_close)
    assert after == before
    assert verify() == (0, [])
    client = Client()
    client.force_login(user_for(Role.BATCH_ADMIN))
    assert client.get(reverse("admin:batch", args=[old_close.batch_id])).status_code == 200
