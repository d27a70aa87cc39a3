"""The base of the views of transform: errors with the members that the contract gives them, and who sees what."""

from collections.abc import Collection

from django.contrib.auth.models import User
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from batches.transform.models import TransformBatch
from batches.transform.queries import batches
from batches.transform.roles import ALL_SEERS
from project.access.permissions import roles_of
from project.access.roles import Role
from project.api import context
from project.api.errors import ApiError, InvalidRequest
from project.api.handlers import understood
from project.api.views import ApiView


class TransformView(ApiView):
    """`details` of a 400 say `field` and `reason`, as those of a bad item do."""

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, ValidationError | InvalidRequest):
            return super().handle_exception(_told(understood(exc)))
        return super().handle_exception(exc)

    def actor(self) -> User | None:
        """Who asks."""
        return context.caller().user

    def batch(self, batch_id: str) -> TransformBatch:
        """The batch, if the caller may see it. Raises a 404."""
        return self._found(batch_id, ALL_SEERS)

    def own_batch(self, batch_id: str) -> TransformBatch:
        """The batch, if the caller may steer it: their own, and an admin any. Raises a 404."""
        return self._found(batch_id, {Role.BATCH_ADMIN})

    def _found(self, batch_id: str, everybodys: Collection[Role]) -> TransformBatch:
        everything = not roles_of(self.request).isdisjoint(everybodys)
        return batches.find(batch_id, actor=self.actor(), everything=everything)


def _told(error: ApiError) -> ApiError:
    fields = (error.details or {}).get("fields")
    if fields:
        field, reasons = next(iter(fields.items()))
        error.details = {"field": field, "reason": reasons[0], **(error.details or {})}
    return error
