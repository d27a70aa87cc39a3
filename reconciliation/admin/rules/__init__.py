"""Ignore rules in the console: what is expected to differ, until when, and how often it was met."""

from .admin import IgnoreRuleAdmin

__all__ = ["IgnoreRuleAdmin"]
