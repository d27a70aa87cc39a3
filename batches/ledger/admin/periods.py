"""Periods with the moves that are possible now, each as a dialog that asks why."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from batches.ledger.admin.forms import ExceptionForm, MonthForm, NoteForm, ReasonForm
from batches.ledger.models import AccountingPeriod, PeriodException, PeriodStatus, Prerequisite, PrerequisiteStatus
from batches.ledger.services import periods, prerequisites
from project.access.roles import Role
from project.api.errors import ApiError
from project.console import figures, states
from project.console.admin import ReadOnlyAdmin, ReadOnlyInline, refusal
from project.console.pages import page
from project.console.people import holds

ADMINS = frozenset({Role.BATCH_ADMIN})
OPERATORS = frozenset({Role.BATCH_ADMIN, Role.BATCH_OPERATOR})


@dataclass(frozen=True, kw_only=True)
class Move:
    """One thing a person may do with a period, in the statuses where it is possible."""

    button: str
    statuses: frozenset[PeriodStatus]
    form: type[forms.Form]
    consequences: list[str]
    perform: Callable[[AccountingPeriod, User, dict[str, Any]], object]
    grave: bool = False


def _by_reason(service: Callable[..., object]) -> Callable[[AccountingPeriod, User, dict[str, Any]], object]:
    return lambda period, actor, answers: service(period=period, actor=actor, reason=answers["reason"])


MOVES: dict[str, Move] = {
    "open": Move(
        button="Open",
        statuses=frozenset({PeriodStatus.FUTURE}),
        form=NoteForm,
        consequences=["The period takes entries from now on."],
        perform=_by_reason(periods.open_period),
    ),
    "close": Move(
        button="Close",
        statuses=frozenset({PeriodStatus.OPEN, PeriodStatus.CLOSING}),
        form=NoteForm,
        consequences=[
            "The period takes no more entries, on any path: the database refuses them.",
            "While it is the latest closed one it can be reopened.",
        ],
        perform=_by_reason(periods.close),
    ),
    "lock": Move(
        button="Lock",
        statuses=frozenset({PeriodStatus.CLOSED}),
        form=NoteForm,
        consequences=[
            "The period is closed for good: it never reopens.",
            "Only an exception for one user, for a while, lets anybody post.",
        ],
        perform=_by_reason(periods.lock),
        grave=True,
    ),
    "reopen": Move(
        button="Reopen",
        statuses=frozenset({PeriodStatus.CLOSED, PeriodStatus.CLOSING}),
        form=ReasonForm,
        consequences=["The period takes entries again. Only the latest closed period can be reopened."],
        perform=_by_reason(periods.reopen),
        grave=True,
    ),
    "exception": Move(
        button="Grant an exception",
        statuses=frozenset({PeriodStatus.CLOSED, PeriodStatus.LOCKED}),
        form=ExceptionForm,
        consequences=[
            "One user may post into the period until the end you name, at most 31 days on.",
            "What they commit meanwhile is listed with the exception, which can be revoked.",
        ],
        perform=lambda period, actor, answers: periods.grant_exception(period=period, actor=actor, **answers),
        grave=True,
    ),
}


class PrerequisiteInline(ReadOnlyInline):
    """What the month needs."""

    model = Prerequisite
    fields = ("code", "status", "completed_at", "completed_by", "note")


class ExceptionInline(ReadOnlyInline):
    """Who may post after all."""

    model = PeriodException
    fields = ("user", "reason", "starts_at", "ends_at", "revoked_at")


@admin.register(AccountingPeriod)
class AccountingPeriodAdmin(ReadOnlyAdmin):
    """The months of the books, the latest first."""

    change_list_template = "ledger/periods.html"
    list_display = ("code", "start_date", "end_date", "state", "since", "moves")
    list_filter = ("status",)
    search_fields = ("code",)
    inlines = (PrerequisiteInline, ExceptionInline)
    readonly_fields = ("code", "start_date", "end_date", "state", "since", "moves")
    fields = readonly_fields

    @admin.display(description="status", ordering="status")
    def state(self, period: AccountingPeriod) -> SafeString | str:
        return states.badge(period.status)

    @admin.display(description="since", ordering="status_changed_at")
    def since(self, period: AccountingPeriod) -> SafeString | str:
        return figures.ago(period.status_changed_at)

    @admin.display(description="")
    def moves(self, period: AccountingPeriod) -> SafeString:
        possible = [(verb, move) for verb, move in MOVES.items() if period.status in move.statuses]
        return format_html_join(
            " ",
            '<a class="button" data-dialog href="{}">{}…</a>',
            [(reverse("admin:period_move", args=[period.code, verb]), move.button) for verb, move in possible],
        )

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("new/", self.admin_site.admin_view(_create), name="period_create"),
            path("<str:code>/<slug:verb>/move/", self.admin_site.admin_view(_move), name="period_move"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        context: dict[str, Any] = {"may_create": holds(request, ADMINS), **(extra_context or {})}
        return super().changelist_view(request, context)


@admin.register(PeriodException)
class PeriodExceptionAdmin(ReadOnlyAdmin):
    """Who may post into a closed period, why and until when."""

    list_display = ("period", "user", "reason", "starts_at", "ends_at", "revoked_at")
    list_filter = ("period",)
    list_select_related: ClassVar[list[str]] = ["period", "user"]


@admin.register(Prerequisite)
class PrerequisiteAdmin(ReadOnlyAdmin):
    """What other systems must have finished; a click marks it complete or pending."""

    list_display = ("code", "period", "state", "completed_at", "completed_by", "note", "moves")
    list_filter = ("period", "status", "code")
    list_select_related: ClassVar[list[str]] = ["period", "completed_by"]

    @admin.display(description="status", ordering="status")
    def state(self, prerequisite: Prerequisite) -> SafeString | str:
        return states.badge(prerequisite.status)

    @admin.display(description="")
    def moves(self, prerequisite: Prerequisite) -> SafeString:
        done = prerequisite.status == PrerequisiteStatus.COMPLETED
        address = reverse("admin:prerequisite_toggle", args=[prerequisite.pk])
        button = "Reset…" if done else "Complete…"
        return format_html_join(" ", '<a class="button" data-dialog href="{}">{}</a>', [(address, button)])

    def get_urls(self) -> list[URLPattern]:
        own = path("<int:pk>/toggle/", self.admin_site.admin_view(_toggle), name="prerequisite_toggle")
        return [own, *super().get_urls()]


def _move(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    move = MOVES.get(verb)
    if move is None:
        raise Http404(f"There is no move {verb}.")
    period = get_object_or_404(AccountingPeriod, code=code)
    return _dialog(
        request,
        roles=ADMINS,
        form_class=move.form,
        title=f"{move.button}: {period.code}",
        button=move.button,
        consequences=move.consequences,
        grave=move.grave,
        back=reverse("admin:ledger_accountingperiod_changelist"),
        perform=lambda actor, answers: move.perform(period, actor, answers),
    )


def _create(request: HttpRequest) -> HttpResponse:
    return _dialog(
        request,
        roles=ADMINS,
        form_class=MonthForm,
        title="New period",
        button="Make it",
        consequences=["The month gets its prerequisites, all pending, and takes entries at once unless it is FUTURE."],
        back=reverse("admin:ledger_accountingperiod_changelist"),
        perform=lambda actor, answers: periods.ensure(
            answers["month"], actor=actor, status=PeriodStatus(answers["status"])
        ),
    )


def _toggle(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Prerequisite.objects.select_related("period"), pk=pk)
    done = found.status == PrerequisiteStatus.COMPLETED
    change = prerequisites.reset if done else prerequisites.complete
    return _dialog(
        request,
        roles=OPERATORS,
        form_class=NoteForm,
        title=f"{found.code} of {found.period.code}",
        button="Mark as pending" if done else "Mark as complete",
        consequences=["A month closes only when every required prerequisite is complete."],
        back=reverse("admin:ledger_prerequisite_changelist"),
        perform=lambda actor, answers: change(
            period=found.period, code=found.code, actor=actor, note=answers["reason"]
        ),
    )


def _dialog(
    request: HttpRequest,
    *,
    roles: frozenset[Role],
    form_class: type[forms.Form],
    perform: Callable[[User, dict[str, Any]], object],
    back: str,
    **shown: Any,
) -> HttpResponse:
    """A page that says what will happen and asks why; what a service refuses is shown in its own words."""
    if not holds(request, roles):
        raise PermissionDenied(f"This needs one of these roles: {', '.join(sorted(roles))}.")
    form = form_class(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            perform(cast("User", request.user), form.cleaned_data)
        except (ApiError, Error) as error:
            form.add_error(None, refusal(error))
            status = error.status if isinstance(error, ApiError) else 409
        else:
            messages.success(request, f"Done: {shown['title']}.")
            return HttpResponseRedirect(back)
    return page(request, "ledger/dialog.html", {"form": form, "back": back, **shown}, status)
