"""What the console asks for a connection."""

import json
from typing import Any

from django import forms

from project.api.errors import ApiError
from project.postgres.texts import all_text, storable
from reconciliation.models import Connection
from reconciliation.services import connections
from reconciliation.services.connections import Access
from reconciliation.states import SourceKind

KINDS = [(SourceKind.CASSANDRA, "Cassandra"), (SourceKind.POSTGRESQL, "PostgreSQL")]


def access(answers: dict[str, Any]) -> Access:
    """Answers of a form as the service takes them."""
    return Access(
        kind=answers["kind"],
        address=answers["address"],
        password_variable=answers["password_variable"],
        options=answers["options"],
    )


class Storable(json.JSONDecoder):
    """What it reads can be stored and shown again."""

    def decode(self, s: str, *given: Any) -> Any:
        """Raises `JSONDecodeError`."""
        document = super().decode(s, *given)
        if not storable(all_text(document)):
            raise json.JSONDecodeError("NUL, or half of a surrogate pair", s, 0)
        return document


class AccessForm(forms.Form):
    """How to get there. The password stays where it is: in the environment."""

    kind = forms.ChoiceField(choices=KINDS)
    address = forms.CharField(
        required=False,
        max_length=2000,
        help_text="cassandra://user@host1,host2:9042/?local_dc=datacenter1 or postgresql://user@host:5432/database. "
        "Empty for the database that this installation lives in. Without the password.",
    )
    password_variable = forms.CharField(
        required=False,
        max_length=200,
        label="Variable with the password",
        help_text="Name of an environment variable that ends with PASSWORD, or of its _FILE twin without _FILE.",
    )
    options = forms.JSONField(
        required=False,
        initial=dict,
        decoder=Storable,
        widget=forms.Textarea({"rows": 3}),
        help_text='An object, such as {"consistency": "LOCAL_QUORUM"}.',
    )

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        answers["options"] = answers.get("options") or {}
        if not self.errors:
            self._check(answers)
        return answers

    def _check(self, answers: dict[str, Any]) -> None:
        try:
            connections.check(Connection(name="new", **{name: answers[name] for name in connections.FIELDS}))
        except ApiError as error:
            for name, reasons in ((error.details or {}).get("fields") or {}).items():
                self.add_error(name, reasons)


class ConnectionForm(AccessForm):
    """A new one."""

    name = forms.CharField(max_length=connections.LONGEST_NAME, help_text="How mappings speak of it.")
    field_order = ("name", *connections.FIELDS)
