"""Streamed answers under ASGI: Django would read a plain iterator to its end before it sends anything."""

from collections.abc import AsyncIterator, Iterator
from typing import cast

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase


def stream_asynchronously(response: HttpResponseBase) -> None:
    """Let the event loop pull a streamed answer chunk by chunk, each made in the request's own thread."""
    if isinstance(response, StreamingHttpResponse) and not response.is_async:
        response.streaming_content = _pulled(cast("Iterator[bytes]", response.streaming_content))


async def _pulled(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    step = sync_to_async(lambda: next(chunks, None), thread_sensitive=True)
    while (chunk := await step()) is not None:
        yield chunk
