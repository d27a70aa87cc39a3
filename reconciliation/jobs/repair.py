"""Repairs of many rows as a job: resumed behind the last row, stopped between two."""

from typing import Any

from project.api.errors import InvalidRequest
from reconciliation.services.repair.many import Tally, work
from reconciliation.services.repair.orders import JOB_TYPE, order_of
from reconciliation.sources.protocol import SchemaChanged
from workers.handlers import Claim, Permanent, handler


@handler(JOB_TYPE, internal=True, max_attempts=5, backoff_seconds=2.0)
def repair(claim: Claim) -> dict[str, Any]:
    """Goes through the selection within its budget; gives how many were repaired and refused."""

    def between(tally: Tally) -> None:
        claim.save_checkpoint(tally.document())
        claim.stop_if_asked()

    try:
        return work(order_of(claim.payload), Tally.of(claim.checkpoint), between).document()
    except (SchemaChanged, InvalidRequest) as error:
        raise Permanent(error.message) from error
