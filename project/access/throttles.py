"""Rate limits: token buckets in PostgreSQL, exact over any number of processes."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from project.access.models import ApiKey
from project.api import context
from project.api.errors import TooManyRequests
from project.postgres import sql

if TYPE_CHECKING:
    from rest_framework.views import APIView  # DRF loads this module while it loads its views

A_DAY = 86_400


@dataclass(frozen=True)
class TokenBucket:
    """`rate` tokens a second, up to `burst` at once, for each caller of `scope`. An empty one fills within a day."""

    scope: str
    rate: float
    burst: float

    def __post_init__(self) -> None:
        if not (self.rate > 0 and self.burst >= 1 and self.burst / self.rate <= A_DAY):
            message = f"Bucket {self.scope}: rate above 0, burst at least 1, and full again within a day."
            raise ValueError(message)

    @classmethod
    def per_minute(cls, scope: str, count: int) -> "TokenBucket":
        """As many a minute, all of them at once if the caller likes."""
        return cls(scope, count / 60, count)

    def take(self, caller: str) -> None:
        """Take a token of this caller. Raises a 429 with the whole seconds until there is one again."""
        found = sql.row(
            "SELECT * FROM access.take_token(%s, %s, %s)", [f"{self.scope} {caller}", self.rate, self.burst]
        )
        assert found is not None
        if not found["allowed"]:
            raise TooManyRequests.after(max(1, math.ceil(found["retry_after"])))


class BucketThrottle(BaseThrottle):
    """What DRF asks before a view runs: the whole API's bucket (API_RATE_PER_MINUTE), then the method's own.

    A view names its own buckets as `buckets = {"POST": TokenBucket.per_minute("reconciliation.trigger", 10)}`.
    """

    def allow_request(self, request: Request, view: "APIView") -> bool:
        who = throttled_name(request)
        if settings.API_RATE_PER_MINUTE:
            TokenBucket.per_minute("api", settings.API_RATE_PER_MINUTE).take(who)
        own: TokenBucket | None = getattr(view, "buckets", {}).get(request.method)
        if own is not None:
            own.take(who)
        return True


def throttled_name(request: Request) -> str:
    """Whose bucket it is: the key's, else the user's, else the address's."""
    if isinstance(request.auth, ApiKey):
        return f"key {request.auth.pk}"
    if request.user.is_authenticated:
        return f"user {request.user.pk}"
    return f"address {context.caller().address}"
