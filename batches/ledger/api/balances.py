"""`/api/v1/periods/{code}/trial-balance`: opening, movement and closing by account and fund."""

from typing import Any, ClassVar

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from batches.ledger import queries
from batches.ledger.services import periods
from project.access.roles import ALL_READERS
from project.api.csv import streamed
from project.api.views import ApiView

CSV_COLUMNS = ["account", "name", "kind", "fund", "opening", "debit", "credit", "closing", "entries"]


def money(**more: Any) -> serializers.DecimalField:
    """An amount as text with two decimals."""
    return serializers.DecimalField(max_digits=22, decimal_places=2, **more)


class BalanceSerializer(serializers.Serializer[dict[str, Any]]):
    """One account's share of one fund. Opening and closing are debit minus credit."""

    account = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    fund = serializers.CharField()
    opening = money()
    debit = money()
    credit = money()
    closing = money()
    entries = serializers.IntegerField()


class BalanceTotalsSerializer(serializers.Serializer[dict[str, Any]]):
    """Sums over all accounts."""

    debit = money()
    credit = money()
    difference = money(help_text="0.00 when the books balance")


class FundTotalSerializer(serializers.Serializer[dict[str, Any]]):
    """What a source's transactions brought a fund, or took from it, in the period."""

    source = serializers.CharField()  # type: ignore[assignment]
    fund = serializers.CharField()
    entries = serializers.IntegerField()
    amount = money()


class TrialBalanceSerializer(serializers.Serializer[dict[str, Any]]):
    """A period's trial balance."""

    period = serializers.CharField()
    status = serializers.CharField()
    balances = BalanceSerializer(many=True)
    totals = BalanceTotalsSerializer()
    funds = FundTotalSerializer(many=True)


class TrialBalanceView(ApiView):
    """The trial balance as JSON."""

    roles: ClassVar = {"GET": ALL_READERS}

    @extend_schema(
        operation_id="get_trial_balance",
        summary="The trial balance of a period.",
        tags=["ledger"],
        responses=TrialBalanceSerializer,
    )
    def get(self, request: Request, code: str) -> Response:
        period = periods.get(code)
        balances = queries.trial_balance(period)
        debit = sum(row["debit"] for row in balances)
        credit = sum(row["credit"] for row in balances)
        shown = {
            "period": period.code,
            "status": period.status,
            "balances": balances,
            "totals": {"debit": debit, "credit": credit, "difference": debit - credit},
            "funds": queries.fund_totals(period),
        }
        return Response(TrialBalanceSerializer(shown).data)


class TrialBalanceCsvView(ApiView):
    """The trial balance as a file."""

    roles: ClassVar = {"GET": ALL_READERS}

    @extend_schema(
        operation_id="export_trial_balance",
        summary="The trial balance of a period as CSV.",
        tags=["ledger"],
        responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR)},
    )
    def get(self, request: Request, code: str) -> StreamingHttpResponse:
        period = periods.get(code)
        rows = [[row[column] for column in CSV_COLUMNS] for row in queries.trial_balance(period)]
        return streamed(f"trial-balance-{period.code}.csv", CSV_COLUMNS, rows)
