"""What ends without a worker: batches whose time is over, and parts that no worker will ever record."""

import orjson

from batches.processor.submission import request_id
from project.postgres import sql

MOST = 200  # batches a round
LOST = "no worker could run it: {}"
RECORD = """
SELECT processor.record_parts(%s, %s::bigint[], %s::int[], %s::int[], %s::int[], %s::float8[], %s::text[], %s::text[])
"""


def expire_due(most: int = MOST) -> int:
    """Ends what is past its time, one batch in a transaction; returns how many, at most `most`."""
    for count in range(most):
        if sql.value("SELECT processor.expire()") is None:
            return count
    return most


def fail_lost() -> int:
    """Fails the items of parts whose engine jobs failed for good; returns how many parts there were."""
    found = sql.routine("processor.lost_parts")
    for part in found:
        items, first = part["payload"]["items"], part["payload"]["first"]
        error = LOST.format(part["error"])
        results = [
            {
                "request_id": request_id(item, first + place),
                "output": None,
                "confidence": None,
                "processing_time_ms": None,
                "error": error,
            }
            for place, item in enumerate(items)
        ]
        counts = [len(items)]
        text = orjson.dumps(results).decode()
        sql.execute(RECORD, [None, [part["batch"]], [part["number"]], counts, counts, [0.0], [text], [error]])
    return len(found)
