"""The base of the distributed API's views: bodies by pydantic, answers that say they are a success, the roles."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from rest_framework.response import Response

from project.access.roles import ALL_READERS, Role
from project.api.views import ApiView
from workers.api.shapes import Success
from workers.documents.refusals import refusal

Body = TypeVar("Body", bound=BaseModel)

READERS = ALL_READERS | {Role.INTEGRATOR, Role.WORKER}
SUBMITTERS = frozenset({Role.BATCH_ADMIN, Role.BATCH_OPERATOR, Role.INTEGRATOR})
OPERATORS = frozenset({Role.BATCH_ADMIN, Role.BATCH_OPERATOR})


class DistributedView(ApiView):
    """A view whose bodies are pydantic models, both ways."""

    def given(self, model: type[Body]) -> Body:
        """The body of the request; an absent one is an empty object. Raises a 400 that names each wrong field."""
        try:
            return model.model_validate(self.request.data)
        except ValidationError as error:
            raise refusal(error, self.request.data, model) from None


def answer(body: Success, *, headers: dict[str, str] | None = None) -> Response:
    """200 with the body: the contract knows no other success."""
    return Response(body.model_dump(mode="json", by_alias=True), headers=headers)
