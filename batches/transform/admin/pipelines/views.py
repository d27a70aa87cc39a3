"""The pages of one pipeline."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from batches.transform.admin.pipelines.addresses import address
from batches.transform.admin.pipelines.dialogs import DIALOGS, legal
from batches.transform.admin.pipelines.forms import TryForm
from batches.transform.admin.pipelines.samples import sample
from batches.transform.admin.pipelines.trying import tried
from batches.transform.admin.pipelines.words import words
from batches.transform.models import Pipeline, PipelineVersion
from batches.transform.pipeline.checking import read
from batches.transform.queries import pipelines as queries
from batches.transform.roles import PIPELINE_KEEPERS, READERS, SUBMITTERS
from project.access.queries import audit_entries
from project.api.errors import ApiError
from project.console.dialogs import ask, require
from project.console.pages import page
from project.console.people import holds

TRIERS = SUBMITTERS | PIPELINE_KEEPERS
AUDITED = 20
VERSIONS = 50
LONGEST_NUMBER = 9  # digits


@require_GET
def show(request: HttpRequest, name: str) -> TemplateResponse:
    """A pipeline: what does it do, which version is in use, and who changed it?"""
    require(request, READERS)
    pipeline = _pipeline(name)
    version = _version(request, pipeline)
    keeps = holds(request, PIPELINE_KEEPERS)
    context: dict[str, Any] = {
        "pipeline": pipeline,
        "version": version,
        "versions": queries.versions(pipeline)[:VERSIONS],
        "more": max(pipeline.versions.count() - VERSIONS, 0),
        "keeps": keeps,
        "tries": holds(request, TRIERS),
        "buttons": [DIALOGS[verb] for verb in legal(pipeline)] if keeps else [],
        "audit": audit_entries(target=name).filter(operation__startswith="pipeline.").order_by("-id")[:AUDITED],
        "title": f"Pipeline {name}",
    }
    if version is not None:
        context |= _read(version, secrets=keeps)
    return page(request, "transform/pipeline.html", context)


def try_out(request: HttpRequest, name: str) -> TemplateResponse:
    """What a version makes of items that somebody pastes."""
    require(request, TRIERS)
    pipeline = _pipeline(name)
    version = _version(request, pipeline)
    if version is None:
        raise Http404(f"No version of {name} is in use.")
    context: dict[str, Any] = {"pipeline": pipeline, "version": version, "title": f"Try {name}"}
    status = 200
    form = TryForm(request.POST if request.method == "POST" else None)
    try:
        written = read(version.steps)
        form.initial = {"items": sample(written)}
        if request.method == "POST" and form.is_valid():
            context["trial"] = tried(written, version.sensitive, form.cleaned_data["items"])
    except ApiError as error:
        context["refused"], status = error.message, error.status
    return page(request, "transform/try.html", {**context, "form": form}, status)


def move(request: HttpRequest, name: str, verb: str) -> HttpResponse:
    """Describe, make default, remove."""
    dialog = DIALOGS.get(verb)
    if dialog is None or verb == "activate":
        raise Http404(f"There is no move {verb}.")
    require(request, dialog.roles)
    pipeline = _pipeline(name)
    return ask(request, dialog, pipeline, page_of=address, initial={"description": pipeline.description})


def activate(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Put a version to use."""
    dialog = DIALOGS["activate"]
    require(request, dialog.roles)
    pipeline = _pipeline(name)
    get_object_or_404(PipelineVersion, pipeline=pipeline, number=number)
    return ask(request, dialog, pipeline, page_of=address, number=number)


def _pipeline(name: str) -> Pipeline:
    return get_object_or_404(queries.pipelines(), name=name)


def _version(request: HttpRequest, pipeline: Pipeline) -> PipelineVersion | None:
    """The one that the address names, else the one in use; None where none is. Raises a 404."""
    versions = queries.versions(pipeline)
    number = request.GET.get("version", "")
    if not number:
        return versions.filter(active=True).first()
    if not (number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER):
        raise Http404(f"There is no version {number}.")
    return get_object_or_404(versions, number=int(number))


def _read(version: PipelineVersion, *, secrets: bool) -> dict[str, Any]:
    """Its steps in words and as they were written; salts for those who may write them."""
    document = queries.version_document(version, secrets=secrets)
    try:
        steps = [
            {"number": number, "op": given["op"], "words": words(step)}
            for number, (given, step) in enumerate(zip(version.steps, read(version.steps), strict=True))
        ]
    except ApiError as error:
        return {"document": document, "refused": error.message}
    return {"document": document, "steps": steps}
