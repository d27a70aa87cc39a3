"""The base of every API view: roles by method, strict parsing. Everything else is DRF's."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from project.access.permissions import HasRole
from project.access.roles import Role
from project.api.errors import NotFound


class ApiView(APIView):
    """A view that names, for each HTTP method, the roles that may use it. A method without an entry is refused."""

    roles: ClassVar[Mapping[str, Collection[Role]]] = {}
    permission_classes = [HasRole]
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    request: Request

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """DRF's checks before a method runs. A name with a NUL names nothing: PostgreSQL can't even look it up."""
        super().initial(request, *args, **kwargs)
        if any("\0" in value for value in kwargs.values() if isinstance(value, str)):
            raise NotFound("There is no such thing.")

    def parse(self, serializer_class: type[Serializer[Any]]) -> dict[str, Any]:
        """The validated body. Raises a 400 that names each wrong field."""
        return _validated(serializer_class(data=self.request.data, context={"view": self}))

    def parse_query(self, serializer_class: type[Serializer[Any]]) -> dict[str, Any]:
        """The validated query string, by the same rules as a body; `cursor` and `limit` belong to the paging."""
        given = {name: value for name, value in self.request.query_params.items() if name not in {"cursor", "limit"}}
        return _validated(serializer_class(data=given, context={"view": self}))


def _validated(serializer: Serializer[Any]) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
