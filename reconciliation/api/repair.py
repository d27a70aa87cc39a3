"""`POST /api/v1/reconciliation/mismatches/{mismatch_id}/repair`."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from project.access.permissions import roles_of
from project.api import context
from project.api.views import ApiView
from reconciliation.models import Repair
from reconciliation.roles import OPERATORS
from reconciliation.services.repair import apply as applying
from reconciliation.services.repair.plan import DELETERS, Plan, preview

from .documents import repairs
from .documents.shared import TAG, id_parameter
from .identifiers import uuid_of


class RepairView(ApiView):
    """Makes the target's row like the source's."""

    roles: ClassVar = {"POST": OPERATORS}

    @extend_schema(
        operation_id="repair_mismatch",
        summary="Make the row of the target like the source's, or say what that would do.",
        description="Both rows are read fresh. The target's is locked, written, read back and compared, the source's "
        "read once more, all in one transaction of the target. 409 REPAIR_REFUSED when either row moved, the target "
        "refuses the row, or it would be deleted: that needs the mapping's leave and the role batch_admin.",
        tags=TAG,
        parameters=[id_parameter("mismatch_id")],
        request=repairs.RepairRequest,
        responses=repairs.RepairDocument,
    )
    def post(self, request: Request, mismatch_id: str) -> Response:
        """The plan, and with `dry_run` false what became of it."""
        given = self.parse(repairs.RepairRequest)
        found = applying.found(uuid_of("mismatch_id", mismatch_id))
        may_delete = not roles_of(request).isdisjoint(DELETERS)
        plan = preview(found, may_delete=may_delete)
        if given["dry_run"]:
            return Response(document(plan, None))
        repair = applying.apply(
            mismatch_id=found.pk,
            expected=given.get("preview") or plan.seal,
            actor=context.caller().user,
            may_delete=may_delete,
            note=given["reason"],
        )
        found.refresh_from_db()
        return Response(document(plan, repair))


def document(plan: Plan, repair: Repair | None) -> dict[str, Any]:
    """As the API answers it."""
    return {
        "mismatch_id": str(plan.mismatch.pk),
        "dry_run": repair is None,
        "action": plan.action,
        "outcome": repair and repair.outcome,
        "columns": [vars(change) for change in plan.changes],
        "refused": plan.refused,
        "preview": plan.seal,
        "resolution_status": plan.mismatch.resolution_status,
    }
