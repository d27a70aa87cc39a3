"""python -m benchmarks.transform: what a batch costs in the contract's pipeline, beside libraries that do the same.

Runs on a server of its own. Ours and the others' runs alternate, and a figure is the median of them. Progress goes to
stderr; the figures, one JSON object, go to stdout as the last line: those of each part, and each target with `met`.
What a figure means stands in its part's module. Exits 1 when a part failed; a target that is not met is no failure.
"""

import argparse
import json
import sys
from typing import Any

from benchmarks.engine import names
from benchmarks.server import own_database

PARTS = ("body", "flight")
PEERS = ("polars", "glom", "benedict")


def main() -> int:
    """Returns the exit code: 0, 1 when a part failed, 130 after Ctrl-C."""
    options = _options()
    try:
        with own_database() as server:
            found = measure(options, server)
    except KeyboardInterrupt:
        return 130
    print(json.dumps(found), flush=True)
    return 1 if found["failed"] else 0


def measure(options: argparse.Namespace, server: Any) -> dict[str, Any]:
    """The chosen parts, one after another."""
    # these need Django, which needs the server's address
    from benchmarks.engine_parts import machine
    from benchmarks.engine_parts.bench import Bench, measured
    from benchmarks.engine_parts.targets import judged
    from benchmarks.transforming import body, flight, peers, targets

    bench = Bench(options, server)
    ground = machine.described(bench)
    figures, failed = measured(bench, {"body": body.measure, "flight": flight.measure})
    return {
        **figures,
        "targets": judged(options.only, figures, targets.TARGETS),
        "failed": failed,
        "unquiet_runs": bench.unquiet_runs,
        "machine": {**ground, "peers": peers.packages(options.peers)},
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.transform", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--only", type=names(PARTS), default=PARTS, help=f"some of {','.join(PARTS)}")
    parser.add_argument("--peers", type=names(PEERS), default=PEERS, help=f"some of {','.join(PEERS)}, or none")
    parser.add_argument("--items", type=int, default=10_000, help="items of a body (10000)")
    parser.add_argument("--runs", type=int, default=10, help="how often a body is done in a round (10)")
    parser.add_argument("--in-flight", type=int, default=100, help="requests in flight (100)")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long the requests go on in a round (10)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each run is repeated (3)")
    parser.add_argument(
        "--quiet-seconds", type=float, default=25.0, help="how long a run waits for a quiet machine (25)"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
