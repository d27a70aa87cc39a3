"""python -m benchmarks.reconciliation: how fast and how surely tables are compared, beside tools that do the same.

Runs on a server of its own, and a Cassandra of its own for that part. Ours and the peers' runs alternate, and a figure
is the median of the rounds. Progress goes to stderr; the figures, one JSON object, go to stdout as the last line: those
of each part, and each target with `met`. What a figure means stands in its part's module. Exits 1 when a part failed;
a target that is not met is no failure.
"""

import argparse
import sys

from benchmarks import runner

PARTS = ("postgres", "cassandra", "hostile")
PEERS = ("pg_comparator_ck", "pg_comparator_fnv", "pg_comparator_ck_hash", "reladiff_1", "reladiff_4")


def suite(options: argparse.Namespace) -> runner.Suite:
    """The parts of reconciliation."""
    from benchmarks.comparing import cassandra, hostile, peers, postgres, targets

    parts = {"postgres": postgres.measure, "cassandra": cassandra.measure, "hostile": hostile.measure}
    wanted = (*targets.TARGETS, targets.GROWN) if options.grown_rows else targets.TARGETS
    return runner.Suite(parts=parts, targets=wanted, packages=peers.packages)


def _options() -> argparse.Namespace:
    parser = runner.arguments("benchmarks.reconciliation", __doc__, parts=PARTS, peers=PEERS)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of each table (1000000)")
    parser.add_argument("--differences", type=int, default=500, help="planted differences, a multiple of ten (500)")
    parser.add_argument("--hostile-rows", type=int, default=20_000, help="rows around each hostile one (20000)")
    parser.add_argument("--heap", default="2g", help="of the Cassandra node (2g)")
    parser.add_argument("--grown-rows", type=int, default=0, help="of a larger Cassandra table, for the memory (none)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(runner.main(_options(), suite))
