"""python -m benchmarks.month_end: how long the close of one month takes, against the limit and against its peer.

One run on a server of its own, in this order: the limit, the abort of a loaded batch, the close, the limit again, the
peer. Progress goes to stderr; the figures, one JSON object, go to stdout as the last line. What each figure means
stands in `benchmarks.figures`, `benchmarks.limit` and `benchmarks.peer`.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar

from benchmarks.server import own_database, served

Result = TypeVar("Result")


def main() -> int:
    """Returns the exit code: 0, or 130 after Ctrl-C."""
    options = _options()
    try:
        with own_database():
            print(json.dumps(measure(options)), flush=True)
    except KeyboardInterrupt:
        return 130
    return 0


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Everything that was asked for, in one run."""
    # these need Django, which needs the server's address
    from benchmarks import figures, month
    from benchmarks.limit import fastest, limit
    from benchmarks.peer import peer

    _told(f"{options.transactions:,} transactions", lambda: month.fill(options.transactions))
    limits = [_told("limit", limit)] if options.limit else []
    closed, abort_seconds = _close(options.workers_slots)
    if options.limit:
        limits.append(_told("limit again", limit))
    fastest_limit = _told("the limit's fastest form", fastest) if options.limit else None
    peer_rate = _told("peer", lambda: peer(options.transactions)) if options.peer else None
    found = figures.closing(closed)
    return {
        "transactions": options.transactions,
        **found,
        "abort_seconds": abort_seconds,
        **figures.against_limit(found["seconds"], limits, fastest_limit),
        **figures.against_peer(found["transactions_per_second"], peer_rate),
        **figures.machine(),
    }


def _close(slots: int) -> Any:
    from benchmarks import api, closing, figures, month, observer
    from project.serving import runtime_workers

    with runtime_workers(processes=1, slots=slots), served() as address:
        secret = api.new_key()
        client, watching = api.Api(address, secret), api.Api(address, secret)
        _told("workers", lambda: closing.wait_for_workers(slots))
        _told("an earlier month", lambda: closing.close_earlier(client, watching))
        memory = observer.worker_memory()
        month.settle()
        abort_seconds = _told("abort", lambda: closing.abort_loaded(client))
        month.settle()
        closed = _told("close", lambda: closing.close(client, watching, memory))
        for line in figures.timeline(closed.batch):
            _say(line)
        return closed, abort_seconds


def _told(name: str, work: Callable[[], Result]) -> Result:
    began = time.monotonic()
    result = work()
    _say(f"{name}: {time.monotonic() - began:.2f} s")
    return result


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.month_end", description=__doc__)
    parser.add_argument(
        "--transactions", type=_count, required=True, help="premiums in the month, each with three funds"
    )
    parser.add_argument("--limit", action="store_true", help="measure the limit before and after")
    parser.add_argument("--peer", action="store_true", help="measure the design that the product replaces")
    parser.add_argument("--workers-slots", type=_count, default=2, help="jobs that the worker process runs at once (2)")
    return parser.parse_args()


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
