"""The validation of a batch as a checklist: what was expected, what was found, and the rows behind a failure."""

from dataclasses import dataclass, field
from typing import Any

from batches.monthend.models import MonthEndBatch
from batches.monthend.queries.validation import validation
from batches.monthend.states import CheckStatus
from project.console import figures
from project.console.navigation import changelist

LAYERS = {
    "pre_flight": "Before the close",
    "per_worker": "Range by range",
    "pre_commit": "Before the commit",
}
TITLES = {
    "prerequisite_batches": "Prerequisite batches are complete",
    "source_data_integrity": "Allocations add up to their amounts",
    "posting_rules": "A posting rule covers every fund",
    "database_resources": "The database has room",
    "range_totals": "The range equals its plan",
    "record_count": "As many entries as planned",
    "sequence_integrity": "Numbers without gap or duplicate",
    "debit_credit_balance": "Debits equal credits",
    "fund_totals": "Fund totals equal the allocations",
    "source_linkage": "Every entry has its source row",
}
KNOWN = {"name", "status", "message", "expected", "actual", "difference"}


@dataclass(frozen=True)
class Cell:
    """One figure or word of the rows behind a check."""

    column: str
    text: str
    figure: bool


@dataclass(frozen=True)
class Check:
    """One line of the checklist. `rows` are behind it: funds, differing totals, missing rules; `address` mends it."""

    title: str
    status: str
    message: str
    expected: str = ""
    actual: str = ""
    difference: str = ""
    rows: list[list[Cell]] = field(default_factory=list)
    address: str = ""


def checklist(batch: MonthEndBatch) -> list[dict[str, Any]]:
    """The three layers, each with its status, when it was checked, and its checks."""
    layers = validation(batch)["validations"]
    return [
        {
            "title": title,
            "name": name,
            **layers[name],
            "checks": [_check(found, batch) for found in layers[name]["checks"]],
        }
        for name, title in LAYERS.items()
    ]


def _check(found: dict[str, Any], batch: MonthEndBatch) -> Check:
    expected, actual, difference = _compared(found)
    return Check(
        title=TITLES.get(found["name"], found["name"].replace("_", " ")),
        status=found["status"],
        message=found["message"],
        expected=_figure(expected),
        actual=_figure(actual),
        difference=_figure(difference),
        rows=_rows(found),
        address=_mended_at(found["name"], batch) if found["status"] != CheckStatus.PASS else "",
    )


def _mended_at(name: str, batch: MonthEndBatch) -> str:
    """The list where a person mends what the check found; empty where there is none."""
    if name == "posting_rules":
        return changelist("ledger.postingrule")
    if name == "prerequisite_batches":
        return changelist("ledger.prerequisite", period=batch.period_id)
    return ""


def _compared(found: dict[str, Any]) -> tuple[Any, Any, Any]:
    if "total_debit" in found:
        return found["total_debit"], found["total_credit"], found["difference"]
    if "gaps" in found:
        return 0, found["gaps"] + found["duplicates"], found["gaps"] + found["duplicates"]
    expected, actual = found.get("expected"), found.get("actual")
    difference = found.get("difference")
    if difference is None and isinstance(expected, int) and isinstance(actual, int):
        difference = actual - expected
    return expected, actual, difference


def _rows(found: dict[str, Any]) -> list[list[Cell]]:
    """Whatever list of objects a check keeps, as rows of one table."""
    for name, value in found.items():
        if name not in KNOWN and isinstance(value, list) and value and isinstance(value[0], dict):
            return [[_cell(column, cell) for column, cell in row.items()] for row in value]
    return []


def _cell(column: str, value: Any) -> Cell:
    text = _figure(value)
    return Cell(column, text, figure=text[:1].isdigit() or text.startswith("-"))


def _figure(value: Any) -> str:
    """Whole numbers with separators; amounts, which documents carry as text, with separators and two decimals."""
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return figures.count(value)
    text = str(value)
    whole, _, cents = text.lstrip("-").partition(".")
    return figures.money(text) if whole.isdigit() and cents.isdigit() and len(cents) == 2 else text
