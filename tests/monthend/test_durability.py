"""What a crash of the server may take back: a block in the middle of a range, never one that lets its job end."""

from typing import Any

from django.db import transaction

from project.postgres import sql
from tests.monthend.closing import initiate, wait_for
from tests.monthend.gates import Work, replace_work
from workers.handlers import Claim


def test_the_last_block_of_a_range_waits_for_the_disk(january, small_blocks, monkeypatch, start_runtime):
    """A worker outlives the crash and reports its job as done; a lost last block would then never be posted."""
    waits: list[str] = []

    def watched(_work: Work) -> Work:
        def post(claim: Claim) -> dict[str, Any] | None:
            batch, fence = claim.payload["batch"], (claim.fence, claim.job_id)
            worker = sql.routine_value("monthend.take_range", batch, 1, claim.worker_id, None, *fence)
            left = 1
            while left:
                with transaction.atomic():
                    sql.execute("SET LOCAL synchronous_commit = on")
                    left = sql.routine_value("monthend.post_block", batch, 1, worker, *fence)
                    waits.append(sql.value("SELECT current_setting('synchronous_commit')"))
            return None

        return post

    replace_work(monkeypatch, "month_end.post", watched)
    start_runtime()
    batch = wait_for(initiate(worker_count=1), "COMMITTED")
    assert waits == [*["off"] * (batch.blocks.count() - 1), "on"]
