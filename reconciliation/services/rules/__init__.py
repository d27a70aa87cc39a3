"""Ignore rules: differences that are expected, until when, and how often they were met."""

from .active import ActiveRule, active, column_rules, count_hits, ignored_columns, matching, row_rules
from .trying import DryRun, dry_run
from .writing import LONGEST_REASON, build, check_all, create, disable, enable, expire

__all__ = [
    "LONGEST_REASON",
    "ActiveRule",
    "DryRun",
    "active",
    "build",
    "check_all",
    "column_rules",
    "count_hits",
    "create",
    "disable",
    "dry_run",
    "enable",
    "expire",
    "ignored_columns",
    "matching",
    "row_rules",
]
