"""python -m benchmarks.chaos: disturb the product at work, and count what is left of the work.

--of month-end kills the product's processes at random moments of a close. One month of 50,000 transactions is closed
again and again on a server of its own, by two worker processes. In each run SIGKILL takes workers, sessions of the
database, its writers, or the whole server. Every run must end COMMITTED with journal, balances and certificate
identical to those of an undisturbed run, or ABORTED with nothing left. The same seed makes the same choices; when
exactly a kill comes still depends on the machine.

--of engine runs small graphs of jobs at a steady rate while workers are killed or stopped, sessions terminated, the
server restarted, connections taken, rows locked, snapshots held, or the load grows twentyfold
(`benchmarks.engine_faults`). Every job that was submitted must be done, every effect be there exactly once, and every
late result be refused.

Progress goes to stderr, one JSON object to stdout as the last line. Exits 1 when something was different.
"""

import argparse
import json
import logging
import random
import secrets
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.server import own_database
from project.postgres.embedded import EmbeddedServer

KILLS_A_RUN = (1, 1, 1, 2, 3, 5)


def main() -> int:
    """Returns the exit code."""
    options = _options()
    print(f"seed {options.seed}", file=sys.stderr, flush=True)
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # it warns of every connection that died
    # a killed process loses nothing that the kernel has: waiting for the disk would only take time
    with own_database(fsync="off") as server:
        figures = {"month-end": _month_end, "engine": _engine}[options.of](server, options)
    print(json.dumps({"seed": options.seed, **figures}), flush=True)
    return 1 if figures.get("different") or figures.get("wrong") else 0


def _engine(server: EmbeddedServer, options: argparse.Namespace) -> dict[str, Any]:
    from benchmarks.engine_faults.run import run

    return run(server, options)


def _month_end(server: EmbeddedServer, options: argparse.Namespace) -> dict[str, Any]:
    from benchmarks.chaos_ground import Ground, fill

    fill(options.seed)
    with tempfile.TemporaryDirectory() as folder, closing(Ground(server, Path(folder) / "workers.log")) as ground:
        try:
            return _runs(ground, options.kills, random.Random(options.seed))
        except TimeoutError:
            sys.stderr.write(ground.log.read_text()[-5000:])
            raise


def _runs(ground: Any, kills: int, chance: random.Random) -> dict[str, Any]:
    from benchmarks.chaos_kills import Aims, durations
    from benchmarks.chaos_run import Run, initiate

    ground.wait_for_workers()
    lengths = durations(ground, initiate)
    books = ground.fingerprint()
    aims = Aims(chance)
    began, struck, ended, different, resumed = time.monotonic(), Counter[str](), Counter[str](), 0, 0
    while struck.total() < kills:
        ground.put_back()
        wanted = min(chance.choice(KILLS_A_RUN), kills - struck.total())
        outcome = Run(ground, chance, lengths, books, aims.deal(wanted)).go()
        struck.update(outcome.kills)
        ended[outcome.status] += 1
        different += bool(outcome.wrong)
        resumed += len(outcome.resumed)
        _tell(struck.total(), outcome)
    return {
        "kills": struck.total(),
        "runs": ended.total(),
        "different": different,
        "committed": ended["COMMITTED"],
        "aborted": ended["ABORTED"],
        "resumed": resumed,
        "seconds": round(time.monotonic() - began, 1),
        "undisturbed_seconds": round(sum(lengths.values()), 2),
        "struck": dict(sorted(struck.items())),
    }


def _tell(kills: int, outcome: Any) -> None:
    wrong = f"  DIFFERENT: {outcome.wrong}" if outcome.wrong else ""
    resumed = "".join(f", resumed after {reason!r}" for reason in outcome.resumed)
    line = f"{kills:>4}  {outcome.status}{resumed} in {outcome.seconds:.1f} s: {', '.join(outcome.kills)}{wrong}"
    print(line, file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--of", choices=("month-end", "engine"), default="month-end", help="what to disturb (month-end)"
    )
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="repeat these choices")
    parser.add_argument("--kills", type=int, default=200, help="month-end: how many processes to kill in all (200)")
    parser.add_argument("--seconds", type=float, default=20.0, help="engine: how long each fault lasts (20)")
    parser.add_argument("--rate", type=float, default=15.0, help="engine: graphs of four jobs a second (15)")
    parser.add_argument("--only", type=lambda text: text.split(","), help="engine: faults to run, with commas (all)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
