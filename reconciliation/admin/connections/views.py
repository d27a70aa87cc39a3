"""The pages of one connection."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from project.api.errors import ApiError
from project.console.dialogs import actor, ask, require
from project.console.pages import page
from project.console.people import holds
from reconciliation.admin.connections.dialogs import DIALOGS
from reconciliation.admin.connections.forms import ConnectionForm, access
from reconciliation.models import Connection, Mapping
from reconciliation.roles import OPERATORS, VIEWERS
from reconciliation.services import connections, probing


@require_GET
def show(request: HttpRequest, pk: int) -> TemplateResponse:
    """A connection: where does it lead, and what uses it?"""
    require(request, VIEWERS)
    return _shown(request, _connection(pk))


@require_POST
def test(request: HttpRequest, pk: int) -> TemplateResponse:
    """Connect now, and say what answered or why nothing did."""
    require(request, OPERATORS)
    connection = _connection(pk)
    try:
        return _shown(request, connection, reached=probing.probe(connection))
    except ApiError as error:
        return _shown(request, connection, refused=error.message)


def create(request: HttpRequest) -> HttpResponse:
    """A new one."""
    require(request, OPERATORS)
    form = ConnectionForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            made = connections.create(name=form.cleaned_data["name"], actor=actor(request), **access(form.cleaned_data))
        except ApiError as error:
            form.add_error(None, error.message)
            status = error.status
        else:
            messages.success(request, f"{made.name} was made. Test it.")
            return HttpResponseRedirect(address(made))
    return page(request, "reconciliation/connection_new.html", {"form": form, "title": "New connection"}, status)


def move(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Change or delete."""
    dialog = DIALOGS.get(verb)
    if dialog is None:
        raise Http404(f"There is no move {verb}.")
    require(request, dialog.roles)
    connection = _connection(pk)
    page_of = _list if verb == "delete" else address
    return ask(request, dialog, connection, page_of=page_of, initial=connections.document(connection))


def address(connection: Connection) -> str:
    """The page of a connection."""
    return reverse("admin:connection", args=[connection.pk])


def _list(_: Connection) -> str:
    return reverse("admin:reconciliation_connection_changelist")


def _shown(request: HttpRequest, connection: Connection, **result: Any) -> TemplateResponse:
    uses = Mapping.objects.filter(Q(source=connection) | Q(target=connection))
    context = {
        "connection": connection,
        "password": probing.password_state(connection),
        "mappings": uses,
        "operates": holds(request, OPERATORS),
        "buttons": [dialog for dialog in DIALOGS.values() if holds(request, dialog.roles)],
        "title": f"Connection {connection.name}",
        **result,
    }
    return page(request, "reconciliation/connection.html", context)


def _connection(pk: int) -> Connection:
    return get_object_or_404(Connection, pk=pk)
