"""Ends the sockets of keys that were revoked or expired, and of users who may not sign in any more."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import structlog
from django.contrib.auth.models import User
from django.db import Error, connections

from batches.processor.websocket.conversation import POLICY_VIOLATION, Conversation
from batches.processor.websocket.handshake import Admission
from project.access.queries import api_keys

ROUND_SECONDS = 5.0

log = structlog.get_logger("processor")


class Guard:
    """Asks for all open sockets of this process at once. Everything happens in the server's event loop."""

    def __init__(self) -> None:
        self._open: set[Conversation] = set()
        self._rounds: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="socket-guard")

    @contextmanager
    def guarded(self, conversation: Conversation) -> Iterator[None]:
        """Look after this one as well."""
        self._open.add(conversation)
        if self._rounds is None or self._rounds.done():
            self._rounds = asyncio.create_task(self._go_round())
        try:
            yield
        finally:
            self._open.discard(conversation)

    async def _go_round(self) -> None:
        while self._open:
            await asyncio.sleep(ROUND_SECONDS)
            conversations = list(self._open)
            admissions = [conversation.admission for conversation in conversations]
            try:
                good = await asyncio.get_running_loop().run_in_executor(self._thread, still_good, admissions)
            except Error as error:
                log.warning("keys of open sockets can't be read; trying again", error=str(error).strip())
                continue
            for conversation, is_good in zip(conversations, good, strict=True):
                if not is_good:
                    conversation.end(POLICY_VIOLATION, "The key isn't valid any more.")


def still_good(admissions: Sequence[Admission]) -> list[bool]:
    """Of each whether its key and its user may still do anything."""
    try:
        key_ids = {admission.key.pk for admission in admissions if admission.key is not None}
        keys = set(api_keys(valid=True).filter(pk__in=key_ids).values_list("pk", flat=True))
        user_ids = {admission.user.pk for admission in admissions if admission.user is not None}
        users = set(User.objects.filter(pk__in=user_ids, is_active=True).values_list("pk", flat=True))
    finally:
        connections.close_all()  # back to the pool
    return [
        (admission.key is None or admission.key.pk in keys) and (admission.user is None or admission.user.pk in users)
        for admission in admissions
    ]
