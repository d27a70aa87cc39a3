"""A model's file as the body of a request."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.response import Response

from project.api.errors import InvalidRequest, PayloadTooLarge, UnsupportedMedia
from project.api.views import ApiView

BINARY = "application/octet-stream"


class FileParser(BaseParser):
    """The bytes as they came, up to MODEL_MAX_BYTES."""

    media_type = BINARY

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        limit = settings.MODEL_MAX_BYTES
        data = stream.read(limit + 1)
        if len(data) > limit:
            raise PayloadTooLarge(f"The file is larger than {limit} bytes.", details={"max_bytes": limit})
        return data


class UploadView(ApiView):
    """Takes a file as its body."""

    parser_classes = [FileParser]

    def file(self) -> bytes:
        """The body. Raises `InvalidRequest` for none."""
        data: Any = self.request.data
        if not isinstance(data, bytes) or not data:
            raise InvalidRequest.field("file", f"is missing: send it as the body, as {BINARY}.")
        return data

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, UnsupportedMediaType):
            exc = UnsupportedMedia(f"{exc.detail} Send the file as {BINARY}.")
        return super().handle_exception(exc)
