"""python -m benchmarks.engine: how fast the engine is, beside the queues that it is compared with.

Runs on a server of its own that waits for the disk at every commit. Where there is a peer, ours and the peer's runs
alternate, and a figure is the median of the rounds. Progress goes to stderr; the figures, one JSON object, go to stdout
as the last line: those of each part, and each target with `met`. What a figure means stands in its part's module. Exits
1 when a part failed; a target that is not met is no failure.
"""

import argparse
import json
import sys
from typing import Any

from benchmarks.server import own_database

PARTS = ("drain", "enqueue", "latency", "dag", "pinned", "history", "lanes", "api", "heartbeats", "steady")
PEERS = ("bullmq_redis", "bullmq_redis_durable", "bullmq_postgres", "graphile_batched", "pgqueuer", "procrastinate")


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
    from benchmarks.engine_parts import machine, measures, targets
    from benchmarks.engine_parts.bench import Bench, measured

    bench = Bench(options, server)
    ground = machine.described(bench)  # before hours of measuring that a mistake here would cost
    figures, failed = measured(bench, measures.PARTS)
    return {
        **figures,
        "targets": targets.judged(options.only, figures),
        "failed": failed,
        "unquiet_runs": bench.unquiet_runs,
        **ground,
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", type=names(PARTS), default=PARTS, help=f"some of {','.join(PARTS)}")
    parser.add_argument("--peers", type=names(PEERS), default=PEERS, help=f"some of {','.join(PEERS)}, or none")
    parser.add_argument("--jobs", type=int, default=100_000, help="jobs of a drain (100000); slow settings get fewer")
    parser.add_argument("--rounds", type=int, default=3, help="how often each run is repeated (3)")
    parser.add_argument("--singles", type=int, default=2000, help="jobs enqueued one by one for the latency (2000)")
    parser.add_argument("--nodes", type=int, default=10_000, help="nodes of the graph, in 20 layers (10000)")
    parser.add_argument("--history", type=int, default=1_000_000, help="finished jobs of the history (1000000)")
    parser.add_argument("--lanes", type=int, default=1000, help="lanes, in a twentieth as many queues (1000)")
    parser.add_argument("--workers", type=int, default=1000, help="registered workers that send heartbeats (1000)")
    parser.add_argument("--pinned-seconds", type=float, default=60.0, help="how long a snapshot is held (60)")
    parser.add_argument("--steady-minutes", type=float, default=30.0, help="length of the steady load (30)")
    parser.add_argument("--load-seconds", type=float, default=30.0, help="length of each load on the API (30)")
    parser.add_argument(
        "--quiet-seconds", type=float, default=25.0, help="how long a run waits for a quiet machine (25)"
    )
    return parser.parse_args()


def names(known: tuple[str, ...]) -> Any:
    """The type of an option that takes some of the known names, comma-separated."""

    def parse(text: str) -> tuple[str, ...]:
        chosen = tuple(name for name in text.split(",") if name and name != "none")
        if unknown := set(chosen) - set(known):
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
        return chosen

    return parse


if __name__ == "__main__":
    sys.exit(main())
