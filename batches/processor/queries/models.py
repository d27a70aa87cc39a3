"""Which model a submission means."""

from collections.abc import Mapping
from typing import Any

from batches.processor import errors
from batches.processor.models import InferenceModel
from project.api.errors import InvalidRequest, NotFound
from project.postgres import sql


def version_for(metadata: Mapping[str, Any]) -> int:
    """The id of the version that `model_id` names, as "name" or "name-vVERSION"; without one of the default model.

    Raises `InvalidRequest` naming metadata.model_id for one that doesn't exist, `NotReady` without a default.
    """
    model_id = metadata.get("model_id")
    if model_id is None:
        found: int | None = sql.value(_DEFAULT)
        if found is None:
            raise errors.no_model()
        return found
    if not isinstance(model_id, str):
        raise InvalidRequest.field("metadata.model_id", "must be a text, such as model-v1.0.")
    found = sql.value(_NAMED, {"id": model_id.replace("\0", "")})
    if found is None:
        raise errors.unknown_model(model_id)
    return found


def model_named(name: str) -> InferenceModel:
    """Raises `NotFound`."""
    found = InferenceModel.objects.filter(name=name).first()
    if found is None:
        raise NotFound(f'There is no model "{name}".', details={"model": name})
    return found


def labels(name: str) -> list[str]:
    """The versions of a model as "name-vVERSION", or the one that is named so. Raises `InvalidRequest`."""
    found = sql.rows(_LABELS, {"name": name.replace("\0", "")})
    if not found:
        raise InvalidRequest.field("model", f'there is no model "{name}", nor a version of one.')
    return [record["label"] for record in found]


_LABELS = """
SELECT m.name || '-v' || v.version AS label FROM model_version v JOIN inference_model m ON m.id = v.model_id
WHERE m.name = %(name)s OR m.name || '-v' || v.version = %(name)s ORDER BY 1
"""

_DEFAULT = "SELECT m.default_version_id FROM inference_model m WHERE m.is_default"

# a name may end like a version itself: the exact name goes first
_NAMED = """
SELECT coalesce(
  (SELECT m.default_version_id FROM inference_model m WHERE m.name = %(id)s),
  (SELECT v.id FROM model_version v JOIN inference_model m ON m.id = v.model_id
   WHERE %(id)s LIKE '%%-v%%' AND m.name || '-v' || v.version = %(id)s LIMIT 1))
"""
