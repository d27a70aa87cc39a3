"""What the benchmark closes: one month of premiums, beside a small month of claims that is in the books already."""

from batches.ledger import sample
from batches.ledger.services import periods, prerequisites
from batches.ledger.services.generate import generate
from project.postgres import sql

MONTH = "2025-01"
EARLIER_MONTH = "2024-12"
EARLIER_CLAIMS = 20_000
SEED = 2025
TABLES = ("premium_transaction", "claim_transaction", "peer_transaction", "peer_entry")


def fill(transactions: int) -> None:
    """The chart, `transactions` premiums with three non-zero funds each, and the claims of the month before.

    Claims lie in a table of their own, so that the premiums' table holds what is measured and nothing else.
    """
    sample.load()
    generate(month=EARLIER_MONTH, premiums=0, claims=min(transactions, EARLIER_CLAIMS), seed=SEED)
    generate(month=MONTH, premiums=transactions, claims=0, seed=SEED)
    for month in (EARLIER_MONTH, MONTH):
        prerequisites.complete(period=periods.get(month), code=prerequisites.ALL, actor=None, note="benchmark")


def settle() -> None:
    """VACUUM ANALYZE of what is read next, and a checkpoint: what was written before is paid for before the clock."""
    for table in TABLES:
        if sql.value("SELECT to_regclass(%s)", [table]):
            sql.execute(f"VACUUM (ANALYZE) {table}")
    sql.execute("CHECKPOINT")
