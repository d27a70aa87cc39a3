"""Pages by number, as the contract has them."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework import serializers

from project.api.serializers import StrictSerializer

Row = TypeVar("Row", bound=Model)

PAGE_SIZE = 50
LARGEST_PAGE = 100
LAST_PAGE = 1_000_000_000  # its first row still has a number that PostgreSQL knows


class PageForm(StrictSerializer):
    """Which page, and how many rows it has."""

    page = serializers.IntegerField(min_value=1, max_value=LAST_PAGE, default=1)
    page_size = serializers.IntegerField(min_value=1, max_value=LARGEST_PAGE, default=PAGE_SIZE)


class Pagination(serializers.Serializer[Any]):
    """Where in the list a page is."""

    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total_pages = serializers.IntegerField(help_text="0 for an empty list")
    total_items = serializers.IntegerField()


def paged(
    name: str, rows: QuerySet[Row], shown: Callable[[Row], dict[str, Any]], *, page: int, page_size: int
) -> dict[str, Any]:
    """`{name: rows of that page, "pagination": ...}`; a page after the last one is empty."""
    total = rows.count()
    first = (page - 1) * page_size
    found = rows[first : first + page_size] if first < total else []
    return {
        name: [shown(row) for row in found],
        "pagination": {
            "page": page,
            "page_size": page_size,
            "total_pages": -(-total // page_size),
            "total_items": total,
        },
    }
