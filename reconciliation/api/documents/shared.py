"""What the operations have in common in the OpenAPI document."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

TAG = ["reconciliation"]


def id_parameter(name: str) -> OpenApiParameter:
    """A UUID in the path."""
    return OpenApiParameter(name, OpenApiTypes.UUID, OpenApiParameter.PATH)
