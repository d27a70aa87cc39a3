"""The forms of a new pipeline and of a new version: tried as they stand, then saved."""

import json
from typing import Any

from django.contrib import messages
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404

from batches.transform.admin.pipelines.addresses import address
from batches.transform.admin.pipelines.forms import NewPipelineForm, NewVersionForm, StepsForm
from batches.transform.admin.pipelines.samples import sample
from batches.transform.admin.pipelines.trying import tried
from batches.transform.admin.pipelines.words import words
from batches.transform.models import Pipeline, PipelineVersion
from batches.transform.pipeline import check
from batches.transform.queries import pipelines as queries
from batches.transform.roles import PIPELINE_KEEPERS
from batches.transform.services import pipelines
from project.api.errors import ApiError
from project.console.admin import refusal
from project.console.dialogs import actor, require
from project.console.pages import page

FIRST_STEPS = [
    {"op": "require", "fields": ["id"]},
    {"op": "cast", "field": "amount", "to": "decimal", "scale": 2},
    {"op": "mask", "field": "email", "method": "email"},
]


def new(request: HttpRequest) -> HttpResponse:
    """A pipeline with its first version."""
    require(request, PIPELINE_KEEPERS)
    initial = {"steps": _written(FIRST_STEPS), "sensitive": "email"}
    form = NewPipelineForm(request.POST if request.method == "POST" else None, initial=initial)

    def save(answers: dict[str, Any]) -> PipelineVersion:
        given = {name: answers[name] for name in ("name", "description", "steps", "sensitive", "note")}
        return pipelines.create(actor=actor(request), **given)

    return _composed(request, form, save, {"title": "New pipeline"})


def new_version(request: HttpRequest, name: str) -> HttpResponse:
    """Other steps, beginning with those of a version that is there: `from`, else the one in use."""
    require(request, PIPELINE_KEEPERS)
    pipeline = get_object_or_404(queries.pipelines(), name=name)
    form = NewVersionForm(request.POST if request.method == "POST" else None, initial=_initial(request, pipeline))

    def save(answers: dict[str, Any]) -> PipelineVersion:
        given = {name: answers[name] for name in ("steps", "sensitive", "note", "activate")}
        return pipelines.add_version(name=pipeline.name, actor=actor(request), **given)

    return _composed(request, form, save, {"title": f"New version of {name}", "pipeline": pipeline})


def _composed(request: HttpRequest, form: StepsForm, save: Any, context: dict[str, Any]) -> HttpResponse:
    context["form"] = form
    if request.method != "POST" or not form.is_valid():
        return page(request, "transform/pipeline_edit.html", context)
    answers = form.cleaned_data
    try:
        if request.POST.get("step") == "save":
            made = save(answers)
            messages.success(request, _told(made))
            return HttpResponseRedirect(address(made.pipeline))
        context |= _trial(answers)
    except ApiError as error:
        form.refuse(error)
        return page(request, "transform/pipeline_edit.html", context, error.status)
    except Error as error:
        form.add_error(None, refusal(error))
        return page(request, "transform/pipeline_edit.html", context, 409)
    return page(request, "transform/pipeline_edit.html", context)


def _trial(answers: dict[str, Any]) -> dict[str, Any]:
    """The steps in words, and what they make of the items; of an item to begin with where none was pasted."""
    written = check(answers["steps"], answers["sensitive"])
    items = answers["items"]
    own = items is None
    if items is None:
        items = json.loads(sample(written))
    return {
        "steps": [{"number": number, "op": step.op, "words": words(step)} for number, step in enumerate(written)],  # type: ignore[attr-defined]  # all have it
        "trial": tried(written, answers["sensitive"], items),
        "sampled": _written(items) if own else "",
    }


def _initial(request: HttpRequest, pipeline: Pipeline) -> dict[str, Any]:
    number = request.GET.get("from", "")
    versions = queries.versions(pipeline)
    chosen = versions.filter(number=int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None
    version = (chosen.first() if chosen is not None else None) or versions.filter(active=True).first()
    if version is None:
        return {"steps": _written(FIRST_STEPS), "activate": True}
    return {"steps": _written(version.steps), "sensitive": ", ".join(version.sensitive), "activate": True}


def _written(steps: Any) -> str:
    """A JSON list with each of its members on a line."""
    return "[\n  " + ",\n  ".join(json.dumps(step, ensure_ascii=False) for step in steps) + "\n]"


def _told(made: PipelineVersion) -> str:
    use = "is in use" if made.active else "is there; activate it to put it to use"
    return f"Version {made.number} of {made.pipeline.name} {use}."
