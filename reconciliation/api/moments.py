"""Moments in the filters of a list."""

import re
from datetime import UTC, datetime, time
from typing import Any

from rest_framework import serializers

A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class From(serializers.DateTimeField):
    """ISO 8601; a date alone is the beginning of that day in UTC."""


class To(serializers.DateTimeField):
    """ISO 8601, inclusive; a date alone is the end of that day in UTC."""

    def to_internal_value(self, value: Any) -> datetime:
        moment = super().to_internal_value(value)
        if isinstance(value, str) and A_DAY.fullmatch(value):
            return datetime.combine(moment.date(), time.max, tzinfo=UTC)
        return moment
