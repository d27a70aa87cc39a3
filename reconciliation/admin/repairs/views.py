"""Repairing one mismatch: the preview, which reads both sides fresh, and the deed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404

from project.api.errors import ApiError
from project.console.admin import refusal
from project.console.dialogs import ReasonForm, actor, require
from project.console.pages import page
from project.console.people import holds
from reconciliation.admin.mismatches.neighbours import page_address
from reconciliation.admin.mismatches.stale import refused
from reconciliation.admin.mismatches.values import difference, shown
from reconciliation.models import Mismatch, Repair
from reconciliation.queries.chosen import Chosen
from reconciliation.roles import OPERATORS
from reconciliation.services.repair.apply import apply
from reconciliation.services.repair.plan import DELETERS, Change, Plan, preview


def repair(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a repair would do, column by column; with POST it is done, if both rows are still as they were shown."""
    require(request, OPERATORS)
    rows = Mismatch.objects.select_related("mapping__source", "mapping__target", "job")
    mismatch = get_object_or_404(rows, pk=pk)
    if (stale := refused(request, mismatch)) is not None:
        return stale
    back = page_address(pk, Chosen.of(request.GET))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            done = apply(
                mismatch_id=pk,
                expected=request.POST.get("seal", ""),
                actor=actor(request),
                may_delete=holds(request, DELETERS),
                note=form.cleaned_data["reason"],
            )
        except (ApiError, Error) as error:
            form.add_error(None, refusal(error))
            status = error.status if isinstance(error, ApiError) else 409
        else:
            messages.success(request, f"{mismatch} is repaired ({done.action}), read back and equal.")
            return HttpResponseRedirect(back)
    return page(
        request, "reconciliation/repair.html", {**_preview(request, mismatch), "form": form, "back": back}, status
    )


def _preview(request: HttpRequest, mismatch: Mismatch) -> dict[str, Any]:
    """The plan; or why there can be none, as when a side can't be reached."""
    context: dict[str, Any] = {"mismatch": mismatch, "title": f"Repair {mismatch}"}
    try:
        plan = preview(mismatch, may_delete=holds(request, DELETERS))
    except (ApiError, Error) as error:
        return {**context, "plan": None, "unreadable": refusal(error)}
    rows = [_row(plan, change) for change in plan.changes]
    rows.sort(key=lambda row: not row["changes"])
    kept = sum(not row["changes"] for row in rows)
    return {**context, "plan": plan, "rows": rows, "kept": kept, "says": _says(plan)}


def _row(plan: Plan, change: Change) -> dict[str, Any]:
    before, after = shown(change.before, change.type), shown(change.after, change.type)
    updates = plan.action == Repair.Action.UPDATE
    return {
        "column": change.column,
        "type": change.type,
        "changes": change.changes or plan.action == Repair.Action.DELETE,
        "before": before if plan.pair.target is not None else None,
        "after": after if change.changes else before,
        "difference": difference(change.after, change.before, change.type) if updates and change.changes else "",
    }


def _says(plan: Plan) -> str:
    """The deed in a sentence."""
    place = f"{plan.definition.target.schema}.{plan.definition.target.table} ({plan.definition.target.connection})"
    count = len(plan.written)
    match plan.action:
        case Repair.Action.INSERT:
            return f"One row is inserted into {place}, with the source's values in {count} columns."
        case Repair.Action.UPDATE:
            return f"{count} {'column' if count == 1 else 'columns'} of one row of {place} get the source's values."
        case Repair.Action.DELETE:
            return f"One row of {place} is deleted: the source has none of this key."
    return "Nothing is to be done."
