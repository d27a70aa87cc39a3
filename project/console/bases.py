"""The two kinds of page that rooms build their admin of: those that only show, and those that change under guard.

What depends on the theme stays here. A room's ModelAdmin uses the options of Django's own admin and nothing else.
"""

from collections.abc import Collection
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied
from django.db import Error
from django.db.models import JSONField, Model, TextField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.admin import ModelAdmin, TabularInline
from unfold.views import ChangeList
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from project.access import audit
from project.access.roles import ALL_READERS, Role
from project.api.errors import ApiError
from project.console import changes
from project.console.paginator import BoundedPaginator
from project.console.people import holds
from project.postgres import errors


class CountedList(ChangeList):
    """A list that counts once: the number of rows without filters would cost as much again and is not shown."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.full_result_count = self.result_count

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> Any:
        """Refuses what no column can hold, as other filters that can't be read are: by the list without filters."""
        if any("\0" in value for _, values in request.GET.lists() for value in values):
            raise IncorrectLookupParameters
        return super().get_queryset(request, exclude_parameters)

    def url_for_result(self, result: Model) -> str:
        own = self.model_admin.page_of(result) if isinstance(self.model_admin, RoleAdmin) else ""
        return own or str(super().url_for_result(result))


class RoleAdmin(ModelAdmin):
    """Permissions by role instead of Django's rows of permissions. Without more than this a page can only be read."""

    view_roles: ClassVar[Collection[Role]] = ALL_READERS
    add_roles: ClassVar[Collection[Role]] = frozenset()
    change_roles: ClassVar[Collection[Role]] = frozenset()
    delete_roles: ClassVar[Collection[Role]] = frozenset()

    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_filter_sheet = False
    list_fullwidth = True
    empty_list: ClassVar[str] = ""
    """What belongs in the list, said when it has no rows yet."""
    empty_command: ClassVar[str] = ""
    """The command that makes the first row."""

    # Text of the database is a line unless a room's form says otherwise.
    formfield_overrides: Any = {  # type: ignore[misc]  # the theme declares it per instance
        TextField: {"widget": UnfoldAdminTextInputWidget},
        ArrayField: {"widget": UnfoldAdminTextInputWidget},
        JSONField: {"widget": UnfoldAdminTextareaWidget({"rows": 3})},
    }

    def page_of(self, obj: Model) -> str:
        """The address of a row's own page, where it isn't Django's."""
        return ""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return CountedList

    def has_module_permission(self, request: HttpRequest) -> bool:
        return holds(request, self.view_roles)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return holds(request, self.view_roles) or holds(request, self.change_roles)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return holds(request, self.add_roles)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return holds(request, self.change_roles)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return holds(request, self.delete_roles)


class ReadOnlyAdmin(RoleAdmin):
    """A list and readable pages of rows that nobody edits here: the journal, batches, imports, the audit trail."""

    actions = None

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A row's own page takes the place of Django's, where it has one. Raises `Http404` for what is no row's id."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404(f"There is no {self.opts.verbose_name} {object_id}.")
        own = self.page_of(row)
        return HttpResponseRedirect(own) if own else super().change_view(request, object_id, form_url, extra_context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyInline(TabularInline):
    """Rows of another table on a page, to read."""

    extra = 0
    can_delete = False
    show_change_link = False
    hide_title = True
    view_roles: ClassVar[Collection[Role]] = ALL_READERS

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return holds(request, self.view_roles)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class GuardedAdmin(RoleAdmin):
    """Rows that those with a role may add and change. Each save is in the audit trail, in its own transaction.

    What the database or a service refuses becomes a message, never a 500.
    """

    add_roles = frozenset({Role.BATCH_ADMIN})
    change_roles = frozenset({Role.BATCH_ADMIN})
    audit_without: ClassVar[Collection[str]] = ("password", "digest")

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        before = changes.stored(obj, without=self.audit_without) if change else {}
        super().save_model(request, obj, form, change)
        self.record(obj, "change" if change else "add", before, changes.snapshot(obj, without=self.audit_without))

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        before = changes.snapshot(obj, without=self.audit_without)
        self.record(obj, "delete", before, {})
        super().delete_model(request, obj)

    def record(self, obj: Model, verb: str, before: dict[str, Any], after: dict[str, Any]) -> None:
        """One line of the audit trail; none when a form was saved without a change."""
        if verb == "change":
            before, after = changes.differences(before, after)
            if not after:
                return
        name = str(obj._meta.verbose_name).replace(" ", "_")
        audit.record(operation=f"{name}.{verb}", target=str(obj), before=before or None, after=after or None)

    def log_addition(self, *_: Any) -> None:  # type: ignore[override]
        """The audit trail takes the place of Django's own log."""

    def log_change(self, *_: Any) -> None:  # type: ignore[override]
        """The audit trail takes the place of Django's own log."""

    def log_deletions(self, *_: Any) -> None:  # type: ignore[override]
        """The audit trail takes the place of Django's own log."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (ApiError, Error) as error:
            messages.error(request, refusal(error))
            return HttpResponseRedirect(request.get_full_path())


def refusal(error: ApiError | Error) -> str:
    """What a person is told about something that was refused; raises what isn't a refusal."""
    known = error if isinstance(error, ApiError) else errors.api_error(error)
    if known is None:
        raise error
    return known.message
