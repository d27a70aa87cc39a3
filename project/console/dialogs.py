"""Moves that a person makes on a page: what each will do, what it asks, and the service that does it.

A room lists its moves as `Dialog` and answers their addresses with `ask`. What a service refuses is shown in its words.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from project.access.roles import Role
from project.api.errors import ApiError
from project.console.bases import refusal
from project.console.pages import page
from project.console.people import holds

Answers = dict[str, Any]
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Dialog(Generic[Thing]):
    """One move. `perform` returns the thing to show afterwards; `told` is what is said of it then."""

    verb: str
    button: str
    roles: frozenset[Role]
    form: type[forms.Form]
    explain: Callable[[Thing], list[str]]
    perform: Callable[[Thing, User, Answers], Thing]
    told: str
    grave: bool = False


class NothingForm(forms.Form):
    """A move that needs no more than a yes."""


class ReasonForm(forms.Form):
    """Why; it stays in the audit trail."""

    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea({"rows": 3, "placeholder": "For whoever reads the audit trail"}),
        error_messages={"required": "Say why: the reason stays in the audit trail."},
    )


def ask(
    request: HttpRequest,
    dialog: Dialog[Thing],
    thing: Thing,
    *,
    page_of: Callable[[Thing], str],
    name: Callable[[Thing], str] = str,
    initial: Answers | None = None,
    **given: Any,
) -> HttpResponse:
    """A move: the dialog that says what will happen, and with POST the deed, which leads to the thing's page.

    `given` goes to `perform` beside what the form asked. Raises `PermissionDenied`.
    """
    require(request, dialog.roles)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = dialog.form(data, files, initial=initial)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            shown = dialog.perform(thing, actor(request), {**form.cleaned_data, **given})
        except (ApiError, Error) as error:
            form.add_error(None, refusal(error))
            status = error.status if isinstance(error, ApiError) else 409
        else:
            messages.success(request, f"{name(shown)} {dialog.told}.")
            return HttpResponseRedirect(page_of(shown))
    context = {
        "name": name(thing),
        "dialog": dialog,
        "form": form,
        "consequences": dialog.explain(thing),
        "title": " ".join([dialog.button, *map(str, given.values())]),
        "back": page_of(thing),
    }
    return page(request, "console/dialog.html", context, status)


def require(request: HttpRequest, roles: Collection[Role]) -> None:
    """Raises `PermissionDenied` for who has none of the roles."""
    if not holds(request, roles):
        raise PermissionDenied(f"This needs one of these roles: {', '.join(sorted(roles))}.")


def actor(request: HttpRequest) -> User:
    """Who is in front of a page that needs a role."""
    return cast("User", request.user)
