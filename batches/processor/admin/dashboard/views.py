"""The processor's page, and the form that configures it."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from batches.processor.admin.dashboard.dialogs import CONFIGURE, initial
from batches.processor.admin.dashboard.page import PERIODS, USUAL, configured, moving
from batches.processor.models import ProcessorSetting
from batches.processor.roles import ADMINS, VIEWERS
from project.console.dialogs import ask, require
from project.console.pages import fragment, page
from project.console.people import holds


@require_GET
def show(request: HttpRequest) -> TemplateResponse:
    """Is it going well, where does the time go, and how is it configured?"""
    require(request, VIEWERS)
    period = request.GET.get("period", USUAL)
    context = {**moving(period if period in PERIODS else USUAL), **configured(), "keeps": holds(request, ADMINS)}
    return page(request, "processor/dashboard.html", {**context, "title": "Batch processor"})


@require_GET
def live(request: HttpRequest) -> TemplateResponse:
    """What changes on that page."""
    require(request, VIEWERS)
    return fragment(request, "processor/dashboard_moving.html", moving(USUAL))


def configure(request: HttpRequest) -> HttpResponse:
    """Change the settings."""
    require(request, CONFIGURE.roles)
    row = ProcessorSetting.objects.get()
    return ask(request, CONFIGURE, row, page_of=address, name=_called, initial=initial(row))


def address(_: ProcessorSetting) -> str:
    """The page of the processor."""
    return reverse("admin:processor_processorsetting_changelist")


def _called(_: ProcessorSetting) -> str:
    return "The batch processor"
