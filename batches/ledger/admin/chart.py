"""Accounts, funds, sources, claim types and posting rules: edited here, each save in the audit trail."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from batches.ledger.models import Account, ClaimType, Fund, PostingRule, PrerequisiteKind, TransactionSource
from project.console.admin import GuardedAdmin


class CodedAdmin(GuardedAdmin):
    """Rows whose code is given once: certificates name accounts, funds and sources by it."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = list(super().get_readonly_fields(request, obj))
        return [*fixed, "code"] if obj is not None and "code" not in fixed else fixed


@admin.register(Account)
class AccountAdmin(CodedAdmin):
    """The chart of accounts. An account that is no longer used is made inactive, not deleted."""

    list_display = ("code", "name", "kind", "active")
    list_filter = ("kind", "active")
    search_fields = ("code", "name")


@admin.register(Fund)
class FundAdmin(CodedAdmin):
    """Funds in the order of the reports."""

    list_display = ("code", "name", "position", "active")


@admin.register(ClaimType)
class ClaimTypeAdmin(CodedAdmin):
    """The kinds of claim that an import takes."""

    list_display = ("code", "name", "active")


@admin.register(PrerequisiteKind)
class PrerequisiteKindAdmin(CodedAdmin):
    """What a month needs before it closes."""

    list_display = ("code", "name", "required")


@admin.register(TransactionSource)
class TransactionSourceAdmin(CodedAdmin):
    """The relations that a close posts."""

    list_display = ("code", "name", "batch_type", "relation", "active")


@admin.register(PostingRule)
class PostingRuleAdmin(GuardedAdmin):
    """Which accounts a fund's share moves. A rule that has posted is ended and followed by another, not rewritten."""

    list_display = (
        "source", "fund", "product", "debit_account", "credit_account", "description", "valid_from", "valid_to"
    )  # fmt: skip
    list_filter = ("source", "fund", "debit_account", "credit_account")
    list_select_related: ClassVar[list[str]] = ["source", "fund", "debit_account", "credit_account"]
    search_fields = ("product_code", "description")

    @admin.display(description="product", ordering="product_code")
    def product(self, rule: PostingRule) -> str:
        return rule.product_code or "every"

    def get_queryset(self, request: HttpRequest) -> QuerySet[PostingRule]:
        return super().get_queryset(request).select_related("source", "fund")
