"""python -m benchmarks.engine: how fast the engine is, beside the queues that it is compared with.

Runs on a server of its own that waits for the disk at every commit. Where there is a peer, ours and the peer's runs
alternate, and a figure is the median of the rounds. Progress goes to stderr; the figures, one JSON object, go to stdout
as the last line: those of each part, and each target with `met`. What a figure means stands in its part's module. Exits
1 when a part failed; a target that is not met is no failure.
"""

import argparse
import sys

from benchmarks import runner

PARTS = ("drain", "enqueue", "latency", "dag", "pinned", "history", "lanes", "api", "heartbeats", "steady")
PEERS = ("bullmq_redis", "bullmq_redis_durable", "bullmq_postgres", "graphile_batched", "pgqueuer", "procrastinate")


def suite(_options: argparse.Namespace) -> runner.Suite:
    """The engine's parts."""
    from benchmarks.engine_parts import measures, targets
    from benchmarks.peers import catalogue

    return runner.Suite(parts=measures.PARTS, targets=targets.TARGETS, packages=catalogue.packages)


def _options() -> argparse.Namespace:
    parser = runner.arguments("benchmarks.engine", __doc__, parts=PARTS, peers=PEERS)
    parser.add_argument("--jobs", type=int, default=100_000, help="jobs of a drain (100000); slow settings get fewer")
    parser.add_argument("--singles", type=int, default=2000, help="jobs enqueued one by one for the latency (2000)")
    parser.add_argument("--nodes", type=int, default=10_000, help="nodes of the graph, in 20 layers (10000)")
    parser.add_argument("--history", type=int, default=1_000_000, help="finished jobs of the history (1000000)")
    parser.add_argument("--lanes", type=int, default=1000, help="lanes, in a twentieth as many queues (1000)")
    parser.add_argument("--workers", type=int, default=1000, help="registered workers that send heartbeats (1000)")
    parser.add_argument("--pinned-seconds", type=float, default=60.0, help="how long a snapshot is held (60)")
    parser.add_argument("--steady-minutes", type=float, default=30.0, help="length of the steady load (30)")
    parser.add_argument("--load-seconds", type=float, default=30.0, help="length of each load on the API (30)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(runner.main(_options(), suite))
