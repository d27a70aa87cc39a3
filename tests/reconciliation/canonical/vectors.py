"""The committed vectors: a value, its type and rule, and the bytes that both servers and Python have to give."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import reconciliation.canonical
from reconciliation.canonical import Rule, Type
from reconciliation.canonical.notation import parse

FILE = Path(reconciliation.canonical.__file__).with_name("vectors.json")


@dataclass(frozen=True, kw_only=True)
class Vector:
    """`value` is as JSON spells it; `postgresql` and `cassandra` are types that can hold it, None when none can."""

    name: str
    type: Type
    rule: Rule
    value: Any
    expected: bytes | None
    postgresql: str | None
    sql: str | None
    cassandra: str | None

    def __str__(self) -> str:
        return f"{self.type.name}: {self.name}"

    @property
    def text(self) -> str | None:
        """What PostgreSQL reads the value from."""
        if self.value is None or self.sql is not None:
            return self.sql
        text = self.value if isinstance(self.value, str) else json.dumps(self.value)
        return "\\x" + text[2:] if self.type.name == "bytes" else text


def vectors() -> list[Vector]:
    return [
        Vector(
            name=given["name"],
            type=parse(given["type"]),
            rule=Rule.of(given.get("rule", {})),
            value=given["value"],
            expected=None if given["hex"] is None else bytes.fromhex(given["hex"]),
            postgresql=given.get("postgresql"),
            sql=given.get("sql"),
            cassandra=given.get("cassandra"),
        )
        for given in json.loads(FILE.read_text(encoding="utf-8"))
    ]
