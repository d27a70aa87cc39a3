"""The contract's WebSocket client, word for word, against a running server and a running worker."""

import asyncio
from typing import Any

import pytest
from websockets.exceptions import InvalidStatusCode

from tests.processor.clients import source
from tests.processor.websocket.sockets import submitted

BATCH_ID = "batch_12345"


@pytest.fixture
def client(server: str, key: str) -> dict[str, Any]:
    """The names of the block, with address, key and batch in their places."""
    code = source("python", "BatchProcessorWebSocketClient", server=server, key=key)
    batch = submitted(owner="ann")
    namespace: dict[str, Any] = {"__name__": "seed", "batch_id": batch.batch_id}
    exec(compile(code.replace(BATCH_ID, batch.batch_id), "client", "exec"), namespace)  # noqa: S102  the contract
    return namespace


def test_its_example_runs_and_tells_when_the_batch_is_done(client, workers, capsys):
    async def run() -> None:
        handler, done = client["batch_update_handler"], asyncio.Event()

        async def noting(update):
            await handler(update)
            if update["status"] == "completed":
                done.set()

        client["batch_update_handler"] = noting
        example = asyncio.create_task(client["websocket_example"]())
        async with asyncio.timeout(60):
            await asyncio.wait([example, asyncio.create_task(done.wait())], return_when=asyncio.FIRST_COMPLETED)
        assert not example.done(), "it goes on listening"
        example.cancel()
        await asyncio.wait([example])
        assert example.cancelled()

    asyncio.run(run())
    *before, last, total = capsys.readouterr().out.splitlines()
    assert all(line.startswith(f"Batch {client['batch_id']}: ") for line in before)
    assert last == f"Batch {client['batch_id']}: completed - 100.0%"
    assert total.startswith("Batch completed in ")
    assert float(total.removeprefix("Batch completed in ").removesuffix("ms")) > 0


def test_a_wrong_key_ends_its_connect_with_the_status(client, server):
    async def run() -> None:
        one = client["BatchProcessorWebSocketClient"]()
        with pytest.raises(InvalidStatusCode) as refused:
            await one.connect("wrong")
        assert refused.value.status_code == 401

    asyncio.run(run())


def test_it_listens_to_several_batches_and_closes(client, key):
    told: list[str] = []
    batches = [submitted().batch_id for _ in range(3)]

    async def run() -> None:
        one = client["BatchProcessorWebSocketClient"]()
        await one.connect(key)
        for batch_id in batches:
            await one.subscribe_to_batch(batch_id)

        async def note(update):
            told.append(update["batch_id"])
            if len(told) == len(batches):
                await one.close()

        await one.listen_for_updates(note)

    asyncio.run(run())
    assert sorted(told) == sorted(batches)
