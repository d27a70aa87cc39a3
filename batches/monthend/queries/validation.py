"""The validation document of a batch (seed 1, 7.2.2)."""

from typing import Any

from batches.monthend.models import MonthEndBatch, MonthEndValidation
from batches.monthend.states import Layer

from .status import layers


def validation(batch: MonthEndBatch) -> dict[str, Any]:
    """Each layer with its checks; the per-worker layer summed up, with the ranges that failed."""
    states = layers(batch)
    checks = list(batch.validations.exclude(layer=Layer.PER_WORKER))
    documents = {
        layer: {
            "status": states[layer],
            "timestamp": max((check.at for check in checks if check.layer == layer), default=None),
            "checks": [_check(check) for check in checks if check.layer == layer],
        }
        for layer in (Layer.PRE_FLIGHT.value, Layer.PRE_COMMIT.value)
    }
    documents[Layer.PER_WORKER.value] = {"status": states[Layer.PER_WORKER], **_ranges(batch)}
    return {"batch_id": batch.batch_id, "validations": documents}


def _check(check: MonthEndValidation) -> dict[str, Any]:
    return {"name": check.name, "status": check.status, "message": check.message, **check.details}


def _ranges(batch: MonthEndBatch) -> dict[str, Any]:
    checked = batch.validations.filter(layer=Layer.PER_WORKER).order_by("range_number")
    failed = checked.filter(status="FAIL")
    newest = checked.order_by("-at").first()
    return {
        "timestamp": newest.at if newest else None,
        "ranges": batch.ranges.count(),
        "validated": checked.filter(status="PASS").count(),
        "checks": [_check(check) for check in failed],
    }
