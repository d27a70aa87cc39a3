"""Who is calling: kept for the length of one request, read by the audit trail, the logs and the error bodies."""

import sys
from contextvars import ContextVar, Token
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True, kw_only=True)
class Caller:
    """The source of a call. Outside a request: the command that runs, with nobody as its user."""

    request_id: str | None = None
    address: str | None = None
    user_agent: str = ""
    request: HttpRequest | None = None
    started: float = 0.0  # time.monotonic()

    @property
    def user(self) -> "User | None":
        """The authenticated user of the request. DRF's authentication writes it to the request as well."""
        user = getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @property
    def key_prefix(self) -> str:
        """The prefix of the API key that was used; empty for a console session or a command."""
        return getattr(getattr(self.request, "auth", None), "prefix", "")


_caller: ContextVar[Caller | None] = ContextVar("caller", default=None)


def caller() -> Caller:
    """The caller of this request, or the command that this process runs."""
    return _caller.get() or Caller(user_agent=_command())


def enter(value: Caller) -> Token[Caller | None]:
    """Set the caller; give the token to `leave`."""
    return _caller.set(value)


def leave(token: Token[Caller | None]) -> None:
    """Put back what was before `enter`."""
    _caller.reset(token)


def _command() -> str:
    return " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]]) if sys.argv and sys.argv[0] else "python"
