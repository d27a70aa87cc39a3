"""Everything a mismatch's page shows."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from project.console.people import holds
from reconciliation.admin.mismatches.dialogs import DIALOGS, legal
from reconciliation.admin.mismatches.neighbours import place
from reconciliation.admin.mismatches.sides import fields
from reconciliation.models import Mismatch
from reconciliation.queries.chosen import Chosen
from reconciliation.roles import OPERATORS
from reconciliation.states import Resolution, SourceKind

EVENTS = 100
JOBS = 10
SERVERS = {SourceKind.CASSANDRA: "Cassandra", SourceKind.POSTGRESQL: "PostgreSQL"}


def context(request: HttpRequest, mismatch: Mismatch) -> dict[str, Any]:
    """What differs, what became of it, and what may be done now."""
    chosen = Chosen.of(request.GET)
    definition = mismatch.job.definition
    found = fields(mismatch, definition["columns"])
    operates = holds(request, OPERATORS)
    return {
        "mismatch": mismatch,
        "source": _place(definition["source"]),
        "target": _place(definition["target"]),
        "differing": [field for field in found if field.differs],
        "equal": [field for field in found if not field.differs],
        "place": place(mismatch, chosen),
        "chosen": chosen,
        "query": chosen.query(),
        "buttons": [DIALOGS[verb] for verb in legal(mismatch)] if operates else [],
        "operates": operates,
        "repairs_offered": operates and mismatch.resolution_status != Resolution.AUTO_RESOLVED,
        **_history(mismatch),
        "title": f"{mismatch.table_name} / {mismatch.primary_key_value}",
        "now": timezone.now(),
    }


def _place(place: dict[str, Any]) -> dict[str, str]:
    """A side as its column's head names it."""
    schema, table = place["schema"], place["table"]
    return {"server": SERVERS[place["kind"]], "table": f"{schema}.{table}", "connection": place["connection"]}


def _history(mismatch: Mismatch) -> dict[str, Any]:
    sightings = mismatch.sightings.select_related("job").order_by("-job__created_at")
    return {
        "events": mismatch.events.select_related("actor", "job").order_by("-pk")[:EVENTS],
        "sightings": sightings[:JOBS],
        "repairs": mismatch.repairs.select_related("actor")[:EVENTS],
    }
