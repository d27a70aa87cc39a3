"""The tables of reconciliation."""

from .jobs import Coverage, ReconciliationJob, ReconciliationRange
from .mappings import Connection, Mapping
from .mismatches import Candidate, Mismatch, MismatchEvent, Sighting
from .repairs import Repair
from .rules import IgnoreRule
from .totals import ReconciliationTotal
from .webhooks import WebhookDelivery, WebhookSubscription

__all__ = [
    "Candidate",
    "Connection",
    "Coverage",
    "IgnoreRule",
    "Mapping",
    "Mismatch",
    "MismatchEvent",
    "ReconciliationJob",
    "ReconciliationRange",
    "ReconciliationTotal",
    "Repair",
    "Sighting",
    "WebhookDelivery",
    "WebhookSubscription",
]
