"""python -m benchmarks.processor: how fast items run through a model, beside servers of models that batch as well.

Runs on a server of its own that waits for the disk at every commit, with the sample model and the product's default
settings. Ours and the peers' runs alternate, and a figure is the median of the rounds; who makes the load shares the
machine with all of them alike. Progress goes to stderr; the figures, one JSON object, go to stdout as the last line:
those of each part, and each target with `met`. What a figure means stands in its part's module. Exits 1 when a part
failed; a target that is not met is no failure.
"""

import argparse
import sys

from benchmarks import runner

PARTS = ("batches", "singles", "batching", "websocket")
PEERS = ("litserve", "bentoml")


def suite(_options: argparse.Namespace) -> runner.Suite:
    """The parts of the processor."""
    from benchmarks.processing import batches, batching, peers, singles, targets, websocket

    parts = {
        "batches": batches.measure,
        "singles": singles.measure,
        "batching": batching.measure,
        "websocket": websocket.measure,
    }
    return runner.Suite(parts=parts, targets=targets.TARGETS, packages=peers.packages)


def _options() -> argparse.Namespace:
    parser = runner.arguments("benchmarks.processor", __doc__, parts=PARTS, peers=PEERS)
    parser.add_argument("--clients", type=_numbers, default=[8, 32, 96], help="in the loops, each in turn (8,32,96)")
    parser.add_argument("--seconds", type=float, default=5.0, help="length of each load (5)")
    parser.add_argument("--backlog", type=int, default=4000, help="single items of a backlog (4000)")
    parser.add_argument("--sockets", type=int, default=500, help="open WebSockets (500)")
    parser.add_argument("--shared", type=int, default=5, help="batches that all of the sockets follow (5)")
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


if __name__ == "__main__":
    sys.exit(runner.main(_options(), suite))
