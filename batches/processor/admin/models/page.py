"""Everything a model's page shows."""

from typing import Any

from batches.processor import queries
from batches.processor.admin.models.dialogs import MOVES, legal
from batches.processor.models import InferenceModel, ModelVersion
from batches.processor.queries import current, registry
from batches.processor.states import Status
from project.access.queries import audit_entries

AUDITED = 20
OPERATIONS = ("processor.set_default", "processor.change_model")


def shown(model: InferenceModel, *, keeps: bool) -> dict[str, Any]:
    """A model with its versions, settings and history."""
    processor = queries.settings_now()
    ran = {record["model"]: record for record in current.totals()}
    versions = list(model.versions.select_related("model", "created_by").order_by("-id"))
    own = model.max_batch_size
    return {
        "model": model,
        "keeps": keeps,
        "buttons": [MOVES[verb] for verb in legal(model)] if keeps else [],
        "versions": [_version(model, one, ran.get(str(one), {})) for one in versions],
        "largest": min(own or processor.max_batch_size, processor.max_batch_size),
        "of_processor": own is None or own >= processor.max_batch_size,
        "dynamic": processor.enable_dynamic_batching,
        "audit": audit_entries(target=model.name).filter(operation__in=OPERATIONS).order_by("-id")[:AUDITED],
        "title": f"Model {model.name}",
    }


def _version(model: InferenceModel, version: ModelVersion, ran: dict[str, Any]) -> dict[str, Any]:
    """`warm`: workers load it as they start."""
    stands = version.pk == model.default_version_id
    runs = ran.get("runs", 0)
    return {
        "version": version,
        "document": registry.version_document(version),
        "stands": stands,
        "warm": stands and model.warm_up,
        "runs": runs,
        "submitted": ran.get("submitted", 0),
        "failed": ran.get(Status.FAILED.value, 0),
        "seconds_a_run": ran["compute_ms"] / 1000 / runs if runs else None,
    }
