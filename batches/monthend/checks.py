"""The consistency library: `sql/checks/*.sql`, each a title, a severity and a query that is empty when all is well."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from project.postgres import sql

HEADER = re.compile(r"^-- (title|severity): (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Check:
    """One file of the library. Its query gives rule, count, amount and detail for each violation."""

    name: str
    title: str
    severity: str
    query: str


@cache
def library() -> tuple[Check, ...]:
    """Every check, by name."""
    return tuple(_read(path) for path in sorted((Path(settings.BASE_DIR) / "sql" / "checks").glob("*.sql")))


def violations() -> Iterator[dict[str, Any]]:
    """What every check finds now."""
    for check in library():
        for found in sql.rows(check.query):
            yield {
                "rule": check.name,
                "severity": check.severity,
                "message": f"{check.title}: {found['detail']}",
                "count": found["count"],
                "amount": found["amount"],
            }


def _read(path: Path) -> Check:
    text = path.read_text(encoding="utf-8")
    head = dict(HEADER.findall(text))
    return Check(name=path.stem, title=head["title"], severity=head["severity"], query=text)
