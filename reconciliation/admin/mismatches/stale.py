"""A page that was opened before somebody else moved the mismatch: what changed since, instead of the deed."""

from django.http import HttpRequest, HttpResponse

from project.console.pages import page
from reconciliation.admin.mismatches.neighbours import page_address
from reconciliation.models import Mismatch
from reconciliation.queries.chosen import Chosen

MOVES = ("detected", "seen", "resolved", "ignored", "covered", "auto_resolved", "expired", "reopened", "repaired")
"""Events that make another version of a mismatch."""


def given_version(request: HttpRequest, mismatch: Mismatch) -> int:
    """The version that the page showed; the present one for an address that names none."""
    text = request.GET.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else mismatch.version


def refused(request: HttpRequest, mismatch: Mismatch) -> HttpResponse | None:
    """The 409 that says what changed; None when the page is as the mismatch is."""
    version = given_version(request, mismatch)
    if version == mismatch.version:
        return None
    since = max(mismatch.version - version, 1)
    events = mismatch.events.filter(name__in=MOVES).select_related("actor", "job").order_by("-pk")[:since]
    context = {
        "mismatch": mismatch,
        "version": version,
        "events": events,
        "back": page_address(mismatch.pk, Chosen.of(request.GET)),
        "title": "The mismatch has changed",
    }
    return page(request, "reconciliation/stale.html", context, 409)
