"""Models and their versions, as the API shows them."""

from typing import Any

from django.db.models import Prefetch, QuerySet

from batches.processor.models import InferenceModel, ModelVersion

from .models import model_named


def documents() -> list[dict[str, Any]]:
    """All models by name."""
    return [_document(one) for one in _with_versions().order_by("name")]


def document(name: str) -> dict[str, Any]:
    """One model. Raises `NotFound`."""
    return _document(_with_versions().get(pk=model_named(name).pk))


def version_document(version: ModelVersion) -> dict[str, Any]:
    """One version, without its file."""
    return {
        "model_id": str(version),
        "version": version.version,
        "runtime": version.runtime,
        "input_fit": version.input_fit,
        "size": version.size,
        "sha256": version.sha256,
        "signature": version.signature,
        "created_at": version.created_at,
        "created_by": version.created_by.get_username() if version.created_by else None,
    }


def _with_versions() -> QuerySet[InferenceModel]:
    versions = ModelVersion.objects.defer("file").select_related("model", "created_by").order_by("-id")
    return (
        InferenceModel.objects.select_related("default_version")
        .defer("default_version__file")
        .prefetch_related(Prefetch("versions", versions))
    )


def _document(model: InferenceModel) -> dict[str, Any]:
    return {
        "name": model.name,
        "description": model.description,
        "is_default": model.is_default,
        "default_version": model.default_version.version if model.default_version else None,
        "max_batch_size": model.max_batch_size,
        "target_latency_ms": model.target_latency_ms,
        "warm_up": model.warm_up,
        "created_at": model.created_at,
        "versions": [version_document(one) for one in model.versions.all()],
    }
