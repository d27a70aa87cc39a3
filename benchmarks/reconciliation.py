"""python -m benchmarks.reconciliation: how fast and how surely tables are compared, beside tools that do the same.

Runs on a server of its own, and a Cassandra of its own for that part. Ours and the peers' runs alternate, and a figure
is the median of the rounds. Progress goes to stderr; the figures, one JSON object, go to stdout as the last line: those
of each part, and each target with `met`. What a figure means stands in its part's module. Exits 1 when a part failed;
a target that is not met is no failure.
"""

import argparse
import json
import sys
from typing import Any

from benchmarks.engine import names
from benchmarks.server import own_database

PARTS = ("postgres", "cassandra", "hostile")
PEERS = ("pg_comparator_ck", "pg_comparator_fnv", "pg_comparator_ck_hash", "reladiff_1", "reladiff_4")


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
    from benchmarks.comparing import cassandra, hostile, peers, postgres, targets
    from benchmarks.engine_parts import machine
    from benchmarks.engine_parts.bench import Bench, measured
    from benchmarks.engine_parts.targets import judged

    bench = Bench(options, server)
    ground = machine.described(bench)
    parts = {"postgres": postgres.measure, "cassandra": cassandra.measure, "hostile": hostile.measure}
    figures, failed = measured(bench, parts)
    wanted = (*targets.TARGETS, targets.GROWN) if options.grown_rows else targets.TARGETS
    return {
        **figures,
        "targets": judged(options.only, figures, wanted),
        "failed": failed,
        "unquiet_runs": bench.unquiet_runs,
        "machine": {**ground, "peers": peers.packages(options.peers)},
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.reconciliation", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--only", type=names(PARTS), default=PARTS, help=f"some of {','.join(PARTS)}")
    parser.add_argument("--peers", type=names(PEERS), default=PEERS, help=f"some of {','.join(PEERS)}, or none")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of each table (1000000)")
    parser.add_argument("--differences", type=int, default=500, help="planted differences, a multiple of ten (500)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each run is repeated (3)")
    parser.add_argument("--hostile-rows", type=int, default=20_000, help="rows around each hostile one (20000)")
    parser.add_argument("--heap", default="2g", help="of the Cassandra node (2g)")
    parser.add_argument("--grown-rows", type=int, default=0, help="of a larger Cassandra table, for the memory (none)")
    parser.add_argument(
        "--quiet-seconds", type=float, default=25.0, help="how long a run waits for a quiet machine (25)"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
