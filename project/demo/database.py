"""The demo's data: its database on whatever server there is, and the transactions of one month."""

import psycopg
from django.conf import settings
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from batches.ledger.models import ClaimTransaction, PremiumTransaction
from batches.ledger.services import periods
from batches.ledger.services.generate import generate

SEED = 2025


def ensure() -> None:
    """Create the database that DATABASE_URL names, if the server has none of that name."""
    target = conninfo_to_dict(settings.DATABASE_URL)
    with psycopg.connect(make_conninfo(settings.DATABASE_URL, dbname="postgres"), autocommit=True) as connection:
        if connection.execute("SELECT FROM pg_database WHERE datname = %s", [target["dbname"]]).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(str(target["dbname"]))))


def fill(month: str, transactions: int, claim_share: int) -> None:
    """Make up what the month lacks; one in `claim_share` is a claim."""
    start, end = periods.month(month)
    claims = transactions // claim_share
    has_premiums = PremiumTransaction.objects.filter(txn_date__range=(start, end)).count()
    has_claims = ClaimTransaction.objects.filter(claim_date__range=(start, end)).count()
    missing = max(transactions - claims - has_premiums, 0), max(claims - has_claims, 0)
    if any(missing):
        generate(month=month, premiums=missing[0], claims=missing[1], seed=SEED)
