"""The ledger's tables. Each module holds one family of them."""

from batches.ledger.models.chart import Account, ClaimType, Fund, PostingRule, TransactionSource
from batches.ledger.models.imports import ImportReject, TransactionImport
from batches.ledger.models.journal import EntryNumberCounter, FundTotal, JournalEntry, PeriodBalance
from batches.ledger.models.periods import (
    AccountingPeriod,
    AccountingPeriodMove,
    PeriodException,
    PeriodStatus,
    Prerequisite,
    PrerequisiteKind,
    PrerequisiteStatus,
)
from batches.ledger.models.transactions import ClaimTransaction, PremiumTransaction

__all__ = [
    "Account",
    "AccountingPeriod",
    "AccountingPeriodMove",
    "ClaimTransaction",
    "ClaimType",
    "EntryNumberCounter",
    "Fund",
    "FundTotal",
    "ImportReject",
    "JournalEntry",
    "PeriodBalance",
    "PeriodException",
    "PeriodStatus",
    "PostingRule",
    "PremiumTransaction",
    "Prerequisite",
    "PrerequisiteKind",
    "PrerequisiteStatus",
    "TransactionImport",
    "TransactionSource",
]
