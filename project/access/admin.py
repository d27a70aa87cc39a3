"""API keys and the audit trail in the console."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from project.access import keys
from project.access.models import ApiKey, AuditEntry
from project.access.roles import Role
from project.console import figures, states
from project.console.admin import GuardedAdmin, ReadOnlyAdmin

SOON = timedelta(days=14)


class ApiKeyForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """A new key. What exists can't be edited, only revoked."""

    roles = forms.MultipleChoiceField(
        choices=[(role.value, role.value.replace("_", " ")) for role in Role], widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = ApiKey
        fields: ClassVar = ["name", "owner", "roles", "expires_at"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields.get("owner")  # absent on the page of a key that exists
        if isinstance(owner, forms.ModelChoiceField):
            owner.queryset = User.objects.filter(is_active=True).order_by("username")

    def clean_expires_at(self) -> Any:
        end = self.cleaned_data["expires_at"]
        if end is not None and end <= timezone.now():
            raise forms.ValidationError("This moment has passed.")
        return end


@admin.register(ApiKey)
class ApiKeyAdmin(GuardedAdmin):
    """Batch administrators make and revoke keys; auditors see them."""

    view_roles = frozenset({Role.BATCH_ADMIN, Role.AUDITOR})
    form = ApiKeyForm
    list_display = ("name", "prefix", "state", "owner", "given", "made", "used", "ends")
    list_filter = ("origin",)
    list_select_related: ClassVar = ["owner"]
    search_fields = ("name", "prefix", "owner__username")
    search_help_text = "Name, prefix or owner"
    actions = ("revoke",)

    @admin.display(description="status")
    def state(self, key: ApiKey) -> SafeString | str:
        return states.badge(state_of(key))

    @admin.display(description="roles")
    def given(self, key: ApiKey) -> str:
        return ", ".join(role.replace("_", " ") for role in key.roles)

    @admin.display(description="created", ordering="created_at")
    def made(self, key: ApiKey) -> SafeString | str:
        return figures.ago(key.created_at)

    @admin.display(description="last used", ordering="last_used_at")
    def used(self, key: ApiKey) -> SafeString | str:
        return figures.ago(key.last_used_at)

    @admin.display(description="expires", ordering="expires_at")
    def ends(self, key: ApiKey) -> SafeString | str:
        return figures.ago(key.expires_at)

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        return ("name", "owner", "roles", "expires_at") if obj is None else self.get_readonly_fields(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        if obj is None:
            return ()
        shown = ("name", "prefix", "state", "owner", "given", "origin")
        return (*shown, "created_at", "expires_at", "revoked_at", "last_used_at")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Make the key through the service, and show it: nobody can read it again."""
        if change:
            return
        wanted = form.cleaned_data
        made = keys.create(
            name=wanted["name"],
            owner=wanted["owner"],
            roles=[Role(name) for name in wanted["roles"]],
            expires_at=wanted["expires_at"],
        )
        obj.pk = made.key.pk
        obj.prefix = made.key.prefix
        text = "Copy the key now, it is not shown again: <code>{}</code>"
        messages.warning(request, format_html(text, made.secret))

    @admin.action(description="Revoke, at once and for good", permissions=["change"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiKey]) -> None:
        valid = list(chosen.filter(revoked_at=None))
        for key in valid:
            keys.revoke(key=key)
        unit = "key" if len(valid) == 1 else "keys"
        messages.success(request, f"{len(valid)} {unit} revoked.")

    def get_actions(self, request: HttpRequest) -> dict[str, tuple[Callable[..., str], str, str] | None]:
        """Without deletion: the audit trail names keys by their prefix."""
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """The trail, the newest first, for auditors."""

    view_roles = frozenset({Role.AUDITOR})
    list_display = ("at", "operation", "target", "actor_name", "key_prefix", "address", "request_id")
    list_display_links = ("at",)
    search_fields = ("=target", "=operation", "=actor_name", "=request_id")
    search_help_text = "A target, an operation, a user or a request id, exactly"
    date_hierarchy = "recorded_at"
    fields = (
        "recorded_at",
        "operation",
        "target",
        "actor_name",
        "key_prefix",
        "address",
        "user_agent",
        "request_id",
        "was",
        "became",
        "more",
    )

    @admin.display(description="time", ordering="id")
    def at(self, entry: AuditEntry) -> SafeString | str:
        return figures.ago(entry.recorded_at)

    @admin.display(description="before")
    def was(self, entry: AuditEntry) -> SafeString | str:
        return _document(entry.before)

    @admin.display(description="after")
    def became(self, entry: AuditEntry) -> SafeString | str:
        return _document(entry.after)

    @admin.display(description="details")
    def more(self, entry: AuditEntry) -> SafeString | str:
        return _document(entry.details)


def state_of(key: ApiKey) -> str:
    """The state that a person reads: VALID, EXPIRES SOON, EXPIRED, REVOKED, or OWNER LEFT."""
    now = timezone.now()
    if key.revoked_at is not None:
        return "REVOKED"
    if key.expires_at is not None and key.expires_at <= now:
        return "EXPIRED"
    if not key.owner.is_active:
        return "OWNER LEFT"
    return "EXPIRES SOON" if key.expires_at is not None and key.expires_at <= now + SOON else "VALID"


def _document(document: Any) -> SafeString | str:
    if document is None:
        return figures.NOTHING
    return format_html("<pre>{}</pre>", json.dumps(document, indent=2, ensure_ascii=False))
