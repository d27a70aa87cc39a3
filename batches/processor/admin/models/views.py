"""The pages of one model, and the one that registers a new one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from batches.processor.admin.models.dialogs import CHANGE, MOVES, REGISTER, STAND
from batches.processor.admin.models.page import shown
from batches.processor.models import InferenceModel
from batches.processor.roles import ADMINS, VIEWERS
from project.console.dialogs import ask, require
from project.console.pages import page
from project.console.people import holds

BATCHING = ("description", "max_batch_size", "target_latency_ms", "warm_up")


@require_GET
def show(request: HttpRequest, name: str) -> TemplateResponse:
    """A model: what does its name stand for, how is it batched, is it warm?"""
    require(request, VIEWERS)
    return page(request, "processor/model.html", shown(_model(name), keeps=holds(request, ADMINS)))


def new(request: HttpRequest) -> HttpResponse:
    """Register a model by its first version."""
    return ask(
        request, REGISTER, InferenceModel(), page_of=address, name=lambda model: model.name or "its first version"
    )


def move(request: HttpRequest, name: str, verb: str) -> HttpResponse:
    """Register a version, make default, change how it is batched."""
    dialog = MOVES.get(verb)
    if dialog is None:
        raise Http404(f"There is no move {verb}.")
    require(request, dialog.roles)
    model = _model(name)
    initial = {field: getattr(model, field) for field in BATCHING} if dialog is CHANGE else None
    return ask(request, dialog, model, page_of=address, initial=initial)


def stand(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Have the bare name stand for a version."""
    require(request, STAND.roles)
    model = _model(name)
    get_object_or_404(model.versions, version=version)
    return ask(request, STAND, model, page_of=address, version=version)


def address(model: InferenceModel) -> str:
    """The page of a model; the list before it is registered."""
    if model._state.adding:
        return reverse("admin:processor_inferencemodel_changelist")
    return reverse("admin:inference_model", args=[model.name])


def _model(name: str) -> InferenceModel:
    """Raises a 404."""
    return get_object_or_404(InferenceModel.objects.select_related("default_version__model"), name=name)


def _called(model: InferenceModel) -> str:
    return model.name or "a name and its first version"
