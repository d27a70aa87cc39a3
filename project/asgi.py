"""What uvicorn serves."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django.setup(set_prefix=False)

from batches.processor.waiting.application import Waits  # noqa: E402  needs the settings
from batches.processor.websocket.application import Updates  # noqa: E402
from batches.processor.websocket.watch import Watch  # noqa: E402
from project.api.holding import Receive, Scope, Send  # noqa: E402
from workers.api.long_poll import LongPolls  # noqa: E402

sys.setswitchinterval(0.0005)  # seconds that the event loop waits for its turn while requests' threads compute


class OneThread(ASGIHandler):
    """Runs all middleware and the view of a request in one thread, as every view here is synchronous.

    Django's own handler changes threads for each synchronous part, which took a millisecond of every call, and starts
    a thread for each request and another one to end it, which took as much.
    """

    def __init__(self) -> None:
        super().__init__()
        self._idle: list[ThreadPoolExecutor] = []  # of a thread each; as many as there were requests at once
        self.busy = 0  # threads that have a request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        thread = self._idle.pop() if self._idle else ThreadPoolExecutor(1, thread_name_prefix="request")
        self.busy += 1
        try:
            async with ThreadSensitiveContext(executor=thread):
                await super().__call__(scope, receive, send)
        finally:
            self.busy -= 1
            self._idle.append(thread)

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        answer: Any = sync_to_async(self.get_response, thread_sensitive=True)
        response: HttpResponseBase = await answer(request)
        return response


handler = OneThread()
polls = LongPolls(handler)
watch = Watch()
application = Updates(Waits(polls, watch), watch)
