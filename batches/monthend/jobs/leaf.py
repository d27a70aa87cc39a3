"""What follows when a leaf is full: its key, and reading its ranges back."""

from typing import Any

from batches.monthend.models import MonthEndRange
from project.postgres import sql
from workers.handlers import Claim, Permanent, handler


@handler("month_end.key", internal=True, max_attempts=3, backoff_seconds=1.0)
def build_key(claim: Claim) -> None:
    """Build the leaf's primary key in one transaction."""
    sql.routine("monthend.build_key", claim.payload["batch"], claim.payload["leaf"], claim.fence, claim.job_id)


@handler("month_end.prove_leaf", internal=True, max_attempts=3, backoff_seconds=1.0)
def prove_leaf(claim: Claim) -> dict[str, Any]:
    """Compare each range of the leaf with its plan. Raises `Permanent` naming the ranges that differ."""
    batch, leaf = claim.payload["batch"], claim.payload["leaf"]
    ranges = MonthEndRange.objects.filter(batch=batch, leaf_number=leaf, validated_at=None).order_by("number")
    different = []
    for number in ranges.values_list("number", flat=True):
        claim.stop_if_asked()
        if not sql.routine_value("monthend.validate_range", batch, number, claim.fence, claim.job_id):
            different.append(number)
    if different:
        raise Permanent(f"Ranges {', '.join(map(str, different))} differ from their plan; see the validation.")
    return {"leaf": leaf}
