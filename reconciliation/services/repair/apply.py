"""The repair of one row: what was previewed, or nothing."""

from uuid import UUID

from django.contrib.auth.models import User

from project.api.errors import ApiError, Conflict, ErrorCode
from reconciliation.definition import Definition
from reconciliation.models import Mismatch, Repair
from reconciliation.queries.mismatches import unknown
from reconciliation.services.fresh import Sides, opened
from reconciliation.services.repair import recording
from reconciliation.services.repair.change import change
from reconciliation.services.repair.exact import exact
from reconciliation.services.repair.plan import Plan, planned
from reconciliation.services.repair.writing import EndUnknown


def apply(*, mismatch_id: UUID, expected: str, actor: User | None, may_delete: bool, note: str = "") -> Repair:
    """Makes the target's row like the source's, if both are as the preview showed them: `expected` is its seal.

    The mismatch is MANUAL_RESOLVED then. Raises `NotFound`, and 409 REPAIR_REFUSED when a side moved, the mapping or
    the role forbids it, or the target doesn't take the row; that is kept as a repair too. `SourceError` and
    `SchemaChanged` are raised before anything is tried; but `EndUnknown` when the write was, and nobody told its end.
    """
    mismatch = found(mismatch_id)
    definition = Definition.of(mismatch.mapping)
    with opened(exact(definition)) as sides:
        plan = planned(mismatch, definition, sides, may_delete=may_delete)
        return carry_out(plan, sides, expected=expected, actor=actor, note=note)


def carry_out(plan: Plan, sides: Sides, *, expected: str, actor: User | None, note: str = "") -> Repair:
    """As `apply`, of a plan just made, with its sides."""
    refused = plan.refused or moved(plan, expected)
    if refused:
        recording.refuse(plan, " ".join(refused), actor=actor)
        raise Conflict(" ".join(refused), code=ErrorCode.REPAIR_REFUSED, details={"reasons": list(refused)})
    begun = recording.begin(plan, actor=actor)
    try:
        change(plan, sides)
    except EndUnknown:
        recording.lose(begun)
        raise
    except ApiError as error:
        recording.fail(begun, error.message)
        raise
    return recording.finish(begun, plan, actor=actor, note=note)


def moved(plan: Plan, expected: str) -> tuple[str, ...]:
    """Why what was previewed isn't what would happen now."""
    if plan.seal == expected:
        return ()
    return ("A row has changed since the preview, or the mapping has. Nothing was written. Look at it again.",)


def found(mismatch_id: UUID) -> Mismatch:
    """With its mapping. Raises `NotFound`."""
    rows = Mismatch.objects.select_related("mapping__source", "mapping__target")
    mismatch = rows.filter(pk=mismatch_id).first()
    if mismatch is None:
        raise unknown(mismatch_id)
    return mismatch
