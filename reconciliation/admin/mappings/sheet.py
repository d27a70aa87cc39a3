"""The editable table of a mapping's columns, with what both schemas say of each pair."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest

from project.api.errors import ApiError
from reconciliation.admin.mappings.forms import OF_TYPE, ColumnForms, RunForm, proposed, settings, stored
from reconciliation.canonical import Compared
from reconciliation.canonical.common import UncomparableType
from reconciliation.canonical.notation import written
from reconciliation.definition import Definition
from reconciliation.services import mappings
from reconciliation.services.mappings import Proposal, Settings, Trial
from reconciliation.services.mappings.proposing import Pair, pair
from reconciliation.services.mappings.settings import RUNNING
from reconciliation.services.mappings.tables import Table
from reconciliation.sources.protocol import Column

COLUMNS = "columns"


@dataclass(frozen=True, kw_only=True)
class SheetRow:
    """A column of the source with what it is paired with, as the form has it."""

    form: forms.Form
    name: str
    source: Column | None  # None: the table has it no more
    pair: Pair | None
    refusal: str  # why it can't be compared with what is chosen, or with the column of its name

    @property
    def compared_as(self) -> str:
        return written(self.pair.type) if self.pair and self.pair.type else ""

    @property
    def parts(self) -> list[forms.BoundField]:
        """The inputs of the rule that fit: none for a key, which is compared exactly."""
        if self.pair is None or self.pair.type is None or self.form["key"].value():
            return []
        return [self.form[name] for name in (*OF_TYPE.get(self.pair.type.name, ()), "ignore")]


class Sheet:
    """Both forms of the page. `tables` is what `TablesForm` gave; `said` is what a stored mapping says."""

    def __init__(
        self, request: HttpRequest, tables: Mapping[str, Any], proposal: Proposal, said: dict[str, Any] | None
    ) -> None:
        self.tables, self.proposal = tables, proposal
        self.trial: Trial | None = None
        self.tried: tuple[Compared, ...] = ()
        self.refusal = ""
        self.bound = request.method == "POST" and f"{COLUMNS}-TOTAL_FORMS" in request.POST
        data = request.POST if self.bound else None
        rows, run = proposed(proposal) if said is None else (stored(said, proposal), said)
        targets = [column.name for column in proposal.target.shape.columns]
        self.columns = ColumnForms(data, initial=rows, prefix=COLUMNS, form_kwargs={"targets": targets})
        self.run = RunForm(data, initial=run, proposal=proposal)
        self._initial = (rows, run)

    def is_valid(self) -> bool:
        return bool(self.columns.is_valid()) and self.run.is_valid()

    def settings(self) -> Settings:
        """What the forms say. Only after `is_valid`."""
        return settings(self.tables, self.columns.forms, self.run)

    def try_out(self) -> None:
        """Compares a few rows as the forms say, or as they would say at first."""
        try:
            mapping = mappings.build(name=self.tables["name"], **(self.settings() if self.bound else self._first()))
            definition = Definition.of(mapping)
            self.trial, self.tried = mappings.trial(definition), definition.columns
        except ApiError as error:
            self.refusal = error.message

    def rows(self) -> Iterator[SheetRow]:
        source, target = self.proposal.source, self.proposal.target
        refusals = {refused.source.name: refused.refusal for refused in self.proposal.refused}
        for form in self.columns.forms:
            name = form["source"].value() or ""
            if not name:
                continue
            left, refusal = _source(source, name)
            right = target.column(form["target"].value() or "")
            found = pair(source, target, left, right) if left and right else None
            refusal = found.refusal if found else refusal or refusals.get(name, "")
            yield SheetRow(form=form, name=name, source=left, pair=found, refusal=refusal)

    @property
    def blank(self) -> list[forms.Form]:
        """For what the source tells of its columns."""
        return [form for form in self.columns.forms if not form["source"].value()]

    @property
    def left_over(self) -> list[Column]:
        """Columns of the target that nothing is paired with."""
        taken = {form["target"].value() for form in self.columns.forms} | {self.run["token_column"].value()}
        return [column for column in self.proposal.target.shape.columns if column.name not in taken]

    def _first(self) -> Settings:
        rows, run = self._initial
        pairs = [row for row in rows if row.get("target")]
        plain = [{part: row[part] for part in ("source", "target", "key")} | {"rule": _rule(row)} for row in pairs]
        names = {name: getattr(value, "name", value) for name, value in self.tables.items() if name != "name"}
        how = {name: run[name] for name in (*RUNNING, "timestamp_column", "token_column")}
        return Settings(**{**names, **how, "columns": plain})  # type: ignore[typeddict-item]


def _source(table: Table, name: str) -> tuple[Column | None, str]:
    """A column of the source, or what is told of one; or why there is none."""
    try:
        return table.column(name), ""
    except UncomparableType as refused:
        return None, refused.message


def _rule(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in {"source", "target", "key"}}
