"""One decision about all mismatches that a list's filters let through, with a preview of how many those are."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from project.console.dialogs import actor, require
from project.console.pages import page
from reconciliation.admin.mismatches.dialogs import DIALOGS, VERBS
from reconciliation.models import Mismatch
from reconciliation.queries.chosen import ALL, Chosen
from reconciliation.services.resolve_many import MOST, Decision, movable, resolve_many

SAMPLE = 3


def verbs(chosen: Chosen) -> list[tuple[str, str]]:
    """What may be done to all that match, with the words of its button."""
    return [
        (verb, DIALOGS[verb].button)
        for verb, state in VERBS.items()
        if chosen.status == ALL or chosen.status in movable(state)
    ]


def ask_all(request: HttpRequest, verb: str) -> HttpResponse:
    """The preview, and with POST the deed: what was found after the preview is left alone."""
    dialog = DIALOGS.get(verb)
    if dialog is None:
        raise Http404(f"There is no move {verb} of many.")
    require(request, dialog.roles)
    chosen = Chosen.of(request.GET)
    until = previewed_at(request)
    rows = chosen.rows(until).filter(detected_at__lte=until)
    form = dialog.form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        decision = Decision(
            status=VERBS[verb],
            notes=form.cleaned_data["notes"],
            actor=actor(request),
            ignored_until=form.cleaned_data.get("ignored_until"),
        )
        done = resolve_many(rows=rows, decision=decision)
        messages.success(request, f"{done:,} {'mismatch' if done == 1 else 'mismatches'}: {dialog.told[3:]}.")
        return HttpResponseRedirect(list_address(chosen))
    context = {"dialog": dialog, "form": form, "until": until.isoformat(), **_preview(rows, verb)}
    context |= {"words": chosen.words(), "back": list_address(chosen), "title": f"{dialog.button} all that match"}
    context["consequences"] = dialog.explain(Mismatch())
    return page(request, "reconciliation/all.html", context)


def _preview(rows: QuerySet[Mismatch], verb: str) -> dict[str, Any]:
    matching = rows.order_by()[: MOST + 1].count()
    legal = rows.filter(resolution_status__in=movable(VERBS[verb]))
    count = legal.order_by()[: MOST + 1].count()
    return {
        "count": min(count, MOST),
        "capped": count > MOST,
        "other": matching - count if matching <= MOST else 0,
        "sample": legal[:SAMPLE],
    }


def previewed_at(request: HttpRequest) -> datetime:
    """The moment of the preview, which its form carries."""
    try:
        given = parse_datetime(request.POST.get("until", ""))
    except ValueError:
        given = None
    return given if given is not None and timezone.is_aware(given) else timezone.now()


def list_address(chosen: Chosen) -> str:
    """The list with these filters."""
    query = chosen.query()
    address = reverse("admin:reconciliation_mismatch_changelist")
    return f"{address}?{query}" if query else address
