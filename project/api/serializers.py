"""Serializers that say what they don't know instead of dropping it."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses members it doesn't declare, each by name: a misspelt option must not be read as its default."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(str(name) for name in data if name not in self.fields)
            if unknown:
                known = ", ".join(name for name, field in self.fields.items() if not field.read_only)
                raise serializers.ValidationError(
                    {name: [f"Unknown field. Known are: {known}."] for name in unknown}, code="unknown"
                )
        return super().to_internal_value(data)
