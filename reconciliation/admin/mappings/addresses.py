"""Where a mapping's pages are."""

from django.urls import reverse

from reconciliation.models import Mapping


def address(mapping: Mapping) -> str:
    """The page of a mapping."""
    return reverse("admin:mapping", args=[mapping.pk])
