"""What uvicorn serves."""

import os
from typing import Any

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django.setup(set_prefix=False)

from batches.processor.websocket.application import Updates  # noqa: E402  needs the settings
from workers.api.long_poll import LongPolls  # noqa: E402


class OneThread(ASGIHandler):
    """Runs all middleware and the view of a request in one thread, as every view here is synchronous.

    Django's own handler changes threads for each synchronous part, which took a millisecond of every call.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        answer: Any = sync_to_async(self.get_response, thread_sensitive=True)
        response: HttpResponseBase = await answer(request)
        return response


application = Updates(LongPolls(OneThread()))
