"""python -m benchmarks.transform: what a batch costs in the contract's pipeline, beside libraries that do the same.

Runs on a server of its own. Ours and the others' runs alternate, and a figure is the median of them. Progress goes to
stderr; the figures, one JSON object, go to stdout as the last line: those of each part, and each target with `met`.
What a figure means stands in its part's module. Exits 1 when a part failed; a target that is not met is no failure.
"""

import argparse
import sys

from benchmarks import runner

PARTS = ("body", "flight")
PEERS = ("polars", "glom", "benedict")


def suite(_options: argparse.Namespace) -> runner.Suite:
    """The parts of transform."""
    from benchmarks.transforming import body, flight, peers, targets

    parts = {"body": body.measure, "flight": flight.measure}
    return runner.Suite(parts=parts, targets=targets.TARGETS, packages=peers.packages)


def _options() -> argparse.Namespace:
    parser = runner.arguments("benchmarks.transform", __doc__, parts=PARTS, peers=PEERS)
    parser.add_argument("--items", type=int, default=10_000, help="items of a body (10000)")
    parser.add_argument("--runs", type=int, default=10, help="how often a body is done in a round (10)")
    parser.add_argument("--in-flight", type=int, default=100, help="requests in flight (100)")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long the requests go on in a round (10)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(runner.main(_options(), suite))
