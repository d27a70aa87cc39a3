"""The form of a mapping: two tables, then a proposal that is tried on ten rows, then the mapping."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from project.api.errors import ApiError
from project.console.dialogs import actor, require
from project.console.pages import page
from reconciliation import models
from reconciliation.admin.mappings.addresses import address
from reconciliation.admin.mappings.forms import TablesForm
from reconciliation.admin.mappings.sheet import Sheet
from reconciliation.admin.mappings.trials import shown_trial
from reconciliation.definition import Place
from reconciliation.models import Connection
from reconciliation.roles import OPERATORS
from reconciliation.services import mappings

FIXED = ("source_schema", "source_table", "target_schema", "target_table")


def new(request: HttpRequest) -> HttpResponse:
    """A new mapping, in three steps of one form; each page carries on what the one before asked."""
    require(request, OPERATORS)
    form = TablesForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _ask_tables(request, form)
    tables = form.cleaned_data
    try:
        proposal = mappings.propose(*_places(tables))
    except ApiError as error:
        form.add_error(None, error.message)
        return _ask_tables(request, form, error.status)
    sheet = Sheet(request, tables, proposal, None)
    if request.POST.get("step") == "save" and sheet.bound and sheet.is_valid():
        try:
            made = mappings.create(name=tables["name"], actor=actor(request), **sheet.settings())
        except ApiError as error:
            return _ask_columns(request, sheet, tables=form, refused=error)
        messages.success(request, f"{made.name} was made.")
        return HttpResponseRedirect(address(made))
    return _ask_columns(request, sheet, tables=form)


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The columns of a mapping that is there, and how it is run."""
    require(request, OPERATORS)
    mapping = get_object_or_404(models.Mapping.objects.select_related("source", "target"), pk=pk)
    tables = _tables(mapping)
    try:
        proposal = mappings.propose(*mappings.places(mapping))
    except ApiError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(address(mapping))
    sheet = Sheet(request, tables, proposal, mappings.document(mapping))
    seen = request.POST.get("version", str(mapping.version))
    if request.POST.get("step") == "save" and sheet.bound and sheet.is_valid():
        try:
            version = int(seen) if seen.isdecimal() else 0
            changed = mappings.change(name=mapping.name, actor=actor(request), version=version, **sheet.settings())
        except ApiError as error:
            return _ask_columns(request, sheet, mapping=mapping, version=seen, refused=error)
        messages.success(request, f"{changed.name} was changed.")
        return HttpResponseRedirect(address(changed))
    return _ask_columns(request, sheet, mapping=mapping, version=seen)


def _ask_tables(request: HttpRequest, form: TablesForm, status: int = 200) -> TemplateResponse:
    sources = Connection.objects.exists()
    context = {"form": form, "sources": sources, "title": "New mapping"}
    return page(request, "reconciliation/mapping_tables.html", context, status)


def _ask_columns(
    request: HttpRequest, sheet: Sheet, *, refused: ApiError | None = None, **context: Any
) -> TemplateResponse:
    """The table of columns, tried as it stands; a refusal takes the trial's place."""
    if refused is not None:
        sheet.refusal = refused.message
    elif not sheet.bound or sheet.is_valid():
        sheet.try_out()
    mapping = context.get("mapping")
    title = f"Columns of {mapping.name}" if mapping else f"New mapping {sheet.tables['name']}"
    trial = shown_trial(sheet.trial, sheet.tried) if sheet.trial else None
    shown = {"sheet": sheet, "trial": trial, "title": title, **context}
    return page(request, "reconciliation/mapping_columns.html", shown, refused.status if refused else 200)


def _places(tables: Mapping[str, Any]) -> tuple[Place, Place]:
    return (
        Place.of(tables["source_connection"], tables["source_schema"], tables["source_table"]),
        Place.of(tables["target_connection"], tables["target_schema"], tables["target_table"]),
    )


def _tables(mapping: models.Mapping) -> dict[str, Any]:
    places = {name: getattr(mapping, name) for name in FIXED}
    ends = {"source_connection": mapping.source, "target_connection": mapping.target}
    return {"name": mapping.name, **ends, **places}
