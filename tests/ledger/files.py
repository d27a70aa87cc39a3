"""CSV files of premiums and claims for the tests."""

import csv
import gzip
import io
import os
import random
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

PREMIUM_COLUMNS = [
    "txn_id", "policy_id", "txn_date", "payment_date", "premium_amount", "fund_tabarru", "fund_tanahud", "fund_ujroh",
    "product_code", "plan_code", "payment_method", "status",
]  # fmt: skip
CLAIM_COLUMNS = [
    "claim_id", "policy_id", "claim_date", "claim_type", "claim_amount", "fund_tabarru", "fund_tanahud", "fund_ujroh",
    "fund_qard_hasan", "product_code", "status",
]  # fmt: skip
SHARED = Path(os.environ.get("TUTUP_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))


def premium(number: int = 1, **change: str) -> dict[str, str]:
    """A premium that can be imported, with some columns changed."""
    return {
        "txn_id": f"T{number:05d}", "policy_id": "P1", "txn_date": "2025-01-31", "payment_date": "2025-01-31",
        "premium_amount": "100.00", "fund_tabarru": "40.00", "fund_tanahud": "40.00", "fund_ujroh": "20.00",
        "product_code": "HYBRID-LIFE-001", "plan_code": "FULL", "payment_method": "ANNUAL", "status": "PAID",
    } | change  # fmt: skip


def claim(number: int = 1, **change: str) -> dict[str, str]:
    """A claim that can be imported, with some columns changed."""
    return {
        "claim_id": f"C{number:05d}", "policy_id": "P1", "claim_date": "2025-01-31", "claim_type": "DEATH",
        "claim_amount": "100.00", "fund_tabarru": "60.00", "fund_tanahud": "0.00", "fund_ujroh": "0.00",
        "fund_qard_hasan": "40.00", "product_code": "X", "status": "APPROVED",
    } | change  # fmt: skip


def text(rows: Iterable[Mapping[str, str]], columns: Sequence[str] | None = None, **options: str) -> bytes:
    """The rows as a CSV file."""
    rows = list(rows)
    buffer = io.StringIO()
    names = columns or list(rows[0])
    writer = csv.DictWriter(buffer, names, lineterminator=options.get("end", "\n"), extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()


def motor_files(folder: Path) -> tuple[Path, Path]:
    """Premiums and claims of a motor portfolio: the real ones where they are at hand, else some of their shape."""
    real = SHARED / "motor-a-premiums.csv.gz", SHARED / "motor-a-claims.csv.gz"
    if all(path.exists() for path in real):
        return real
    made = folder / "premiums.csv.gz", folder / "claims.csv.gz"
    chance = random.Random(7)  # noqa: S311  test data
    for path, rows, columns in (
        (made[0], [_made_premium(chance, number) for number in range(20_000)], PREMIUM_COLUMNS),
        (made[1], [_made_claim(chance, number) for number in range(2_000)], CLAIM_COLUMNS),
    ):
        path.write_bytes(gzip.compress(text(rows, columns)))
    return made


def _made_premium(chance: random.Random, number: int) -> dict[str, str]:
    amount = Decimal(chance.randrange(1000, 200_000)) / 100
    share = (amount * 2 / 5).quantize(Decimal("0.01"))
    return premium(
        number, txn_date=_day(chance), premium_amount=str(amount), fund_tabarru=str(share), fund_tanahud=str(share),
        fund_ujroh=str(amount - 2 * share),
    )  # fmt: skip


def _made_claim(chance: random.Random, number: int) -> dict[str, str]:
    amount = Decimal(chance.randrange(0, 3_000_000)) / 100
    borne = min(amount, Decimal("10000.00"))
    return claim(
        number, claim_date=_day(chance), claim_type=chance.choice(["TPL", "FIRE", "THEFT"]), claim_amount=str(amount),
        fund_tabarru=str(borne), fund_qard_hasan=str(amount - borne),
    )  # fmt: skip


def _day(chance: random.Random) -> str:
    return f"200{chance.randint(3, 4)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
