"""The people who may sign in, and their roles. Only a superuser sees or changes them: who gives roles, has them all."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from project.access import audit
from project.console.bases import GuardedAdmin

admin.site.unregister(Group)  # the roles are fixed: what they may do is written in the code
admin.site.unregister(User)


@admin.register(User)
class PersonAdmin(GuardedAdmin, UserAdmin):  # type: ignore[type-arg,misc]  # the theme and Django declare them apart
    """Accounts with their roles."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "full_name", "roles", "is_active", "is_superuser", "last_login")
    list_filter = ("groups", "is_active", "is_superuser")
    search_fields = ("username", "first_name", "last_name", "email")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Access", {"fields": ("is_active", "is_staff", "groups", "is_superuser")}),
    )
    audit_without: ClassVar[tuple[str, ...]] = ("password", "last_login")

    @admin.display(description="name")
    def full_name(self, person: User) -> str:
        return person.get_full_name()

    @admin.display(description="roles")
    def roles(self, person: User) -> str:
        return ", ".join(group.name for group in person.groups.all())

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        found: QuerySet[User] = super().get_queryset(request)
        return found.prefetch_related("groups")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        person: User = form.instance
        before = _roles(person)
        super().save_related(request, form, formsets, change)
        after = _roles(person)
        if before != after:
            audit.record(
                operation="user.roles", target=person.username, before={"roles": before}, after={"roles": after}
            )

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        response: HttpResponse = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == 302:
            audit.record(operation="user.password", target=User.objects.get(pk=id).username)
        return response

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_module_permission(request)


def _roles(person: User) -> list[str]:
    return sorted(person.groups.values_list("name", flat=True))
