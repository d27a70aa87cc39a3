"""Reconciliation in the console."""

from . import connections, jobs, mappings, mismatches, repairs, rules, webhooks

__all__ = ["connections", "jobs", "mappings", "mismatches", "repairs", "rules", "webhooks"]
