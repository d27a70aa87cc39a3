"""Everything a batch's page shows."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone

from batches.transform.models import TransformBatch
from batches.transform.queries import batches as queries
from batches.transform.queries import results
from batches.transform.states import ENDED, ChunkState, OnError, Status
from project.access.models import ApiKey
from project.access.roles import ALL_READERS
from project.console import states
from project.console.people import holds
from workers.services.operations import name as execution_name

CELLS = 1000
CHUNKS = 20
BAD_ITEMS = 25
MARKS = {
    ChunkState.DONE: ("■", "done"),
    ChunkState.PENDING: ("□", "waiting"),
}
WITH_ERRORS = ("!", "different")


def moving(request: HttpRequest, batch: TransformBatch, *, after: int = -1) -> dict[str, Any]:
    """The whole page: all of it changes while the batch goes on. Bad items are those behind row `after`."""
    status = queries.status(batch)
    found = results.bad_items(batch, after, BAD_ITEMS + 1)
    return {
        "batch": batch,
        "status": status,
        "good": status["processed"] - status["filtered"] - status["failed"],
        "parts": _parts(status),
        "rate": status["processed"] / status["duration"] if status["duration"] and status["processed"] else None,
        "owner": owner(batch),
        "execution": None if batch.execution_id is None else execution_name(batch.execution_id),
        "reads_engine": holds(request, ALL_READERS),
        **_chunks(batch),
        "bad": found[:BAD_ITEMS],
        "more_bad": found[BAD_ITEMS - 1]["row"] if len(found) > BAD_ITEMS else None,
        "later": after >= 0,
        "skips": batch.on_error == OnError.SKIP,
        "live": batch.status not in ENDED,
        "ended_well": batch.status == Status.COMPLETED,
        "now": timezone.now(),
    }


def owner(batch: TransformBatch) -> str:
    """Whose limits it counts for: a key by its name, else who or where it came from."""
    kind, _, number = batch.owner.partition(" ")
    if kind == "key" and number.isdecimal():
        key = ApiKey.objects.filter(pk=int(number)).first()
        return f"key {key}" if key else "a key that is gone"
    return batch.owner if kind == "address" else ""


def _parts(status: dict[str, Any]) -> list[dict[str, Any]]:
    """Of the bar: results, filtered, bad."""
    counts = {
        states.GOOD: status["processed"] - status["filtered"] - status["failed"],
        states.IDLE: status["filtered"],
        states.BAD: status["failed"],
    }
    return [{"tone": tone, "percent": 100 * count / status["total"]} for tone, count in counts.items() if count]


def _chunks(batch: TransformBatch) -> dict[str, Any]:
    shown = batch.chunks.defer("items", "results")
    counted = batch.chunks.aggregate(
        all=Count("pk"),
        done=Count("pk", filter=Q(state=ChunkState.DONE)),
        bad=Count("pk", filter=~Q(errors=[])),
    )
    cells = [
        {"number": one.number, "first": one.first_row, "last": one.first_row + one.size - 1,
         "mark": sign[0], "tone": sign[1]}
        for one in shown[:CELLS]
        for sign in [WITH_ERRORS if one.errors else MARKS[ChunkState(one.state)]]
    ]  # fmt: skip
    return {
        "counted": counted,
        "cells": cells,
        "chunks": [
            {"chunk": one, "last": one.first_row + one.size - 1, "bad": len(one.errors)} for one in shown[:CHUNKS]
        ],
        "more_chunks": max(counted["all"] - CHUNKS, 0),
    }
