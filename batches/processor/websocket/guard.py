"""Ends the sockets of clients that take nothing, of keys that were revoked or expired, and of users who may not sign in
any more."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import structlog
from django.contrib.auth.models import User
from django.db import Error, connections

from batches.processor.websocket.conversation import POLICY_VIOLATION, Conversation
from batches.processor.websocket.handshake import Admission
from project.access.queries import api_keys

ROUND_SECONDS = 0.5
KEYS_SECONDS = 5.0  # from one look at the keys to the next

log = structlog.get_logger("processor")


class Guard:
    """Looks after all open sockets of this process. Everything happens in the server's event loop."""

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
        keys_due = time.monotonic() + KEYS_SECONDS
        while self._open:
            await asyncio.sleep(ROUND_SECONDS)
            for conversation in list(self._open):
                conversation.end_if_slow()
            if time.monotonic() >= keys_due:
                await self._check_keys()
                keys_due = time.monotonic() + KEYS_SECONDS

    async def _check_keys(self) -> None:
        conversations = list(self._open)
        admissions = [conversation.admission for conversation in conversations]
        try:
            good = await asyncio.get_running_loop().run_in_executor(self._thread, still_good, admissions)
        except Error as error:
            log.warning("keys of open sockets can't be read; trying again", error=str(error).strip())
            return
        for conversation, is_good in zip(conversations, good, strict=True):
            if not is_good:
                conversation.end(POLICY_VIOLATION, "The key isn't valid any more.")


def still_good(admissions: Sequence[Admission]) -> list[bool]:
    """Of each whether its key and its user may still do anything."""
    try:
        key_ids = {admission.key_id for admission in admissions if admission.key_id is not None}
        keys = set(api_keys(valid=True).filter(pk__in=key_ids).values_list("pk", flat=True))
        user_ids = {admission.user_id for admission in admissions if admission.user_id is not None}
        users = set(User.objects.filter(pk__in=user_ids, is_active=True).values_list("pk", flat=True))
    finally:
        connections.close_all()  # back to the pool
    return [
        (admission.key_id is None or admission.key_id in keys)
        and (admission.user_id is None or admission.user_id in users)
        for admission in admissions
    ]
