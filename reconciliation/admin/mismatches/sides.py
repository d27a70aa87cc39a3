"""Both sides of a mismatch, field by field, what differs first."""

from dataclasses import dataclass
from typing import Any

from reconciliation.admin.mismatches.values import NO_ROW, Shown, difference, shown
from reconciliation.models import Mismatch


@dataclass(frozen=True, kw_only=True)
class Field:
    """A pair of columns with what each side has. `sign` and `word` say whether they differ."""

    name: str
    target_name: str
    type: str
    rule: str
    key: bool
    source: Shown
    target: Shown
    difference: str
    differs: bool
    ignored: bool

    @property
    def sign(self) -> str:
        return "≠" if self.differs else "="

    @property
    def word(self) -> str:
        if self.differs:
            return "differs"
        return "not compared" if self.ignored else "equal"


def fields(mismatch: Mismatch, columns: list[dict[str, Any]]) -> list[Field]:
    """The fields of a mapping's columns, those that differ first, then the key, then the others in their order."""
    found = [_field(mismatch, column) for column in columns]
    return sorted(found, key=lambda field: (not field.differs, not field.key))


def _field(mismatch: Mismatch, column: dict[str, Any]) -> Field:
    source, target, kind = column["source"], column["target"], column["type"]
    both = mismatch.source_data is not None and mismatch.target_data is not None
    left, right = _value(mismatch.source_data, source), _value(mismatch.target_data, target)
    rule = column.get("rule", {})
    differs = not both or bool({source, target} & set(mismatch.columns))
    return Field(
        name=source,
        target_name=target if target != source else "",
        type=kind,
        rule=_words(rule),
        key=column.get("key", False),
        source=shown(left, kind) if mismatch.source_data is not None else NO_ROW,
        target=shown(right, kind) if mismatch.target_data is not None else NO_ROW,
        difference=difference(left, right, kind) if both and differs else "",
        differs=differs,
        ignored=rule.get("ignore", False),
    )


def _value(row: dict[str, Any] | None, name: str) -> Any:
    return None if row is None else row.get(name)


def _words(rule: dict[str, Any]) -> str:
    """A rule as the mapping has it: `absolute 0.01, trim`."""
    return ", ".join(name.replace("_", " ") if value is True else f"{name} {value}" for name, value in rule.items())
