"""python -m benchmarks.chaos: kill the product's processes at random moments of a close, and compare the books.

One month of 50,000 transactions is closed again and again on a server of its own, by two worker processes. In each run
SIGKILL takes workers, sessions of the database, its writers, or the whole server. Every run must end COMMITTED with
journal, balances and certificate identical to those of an undisturbed run, or ABORTED with nothing left. The same seed
makes the same choices; when exactly a kill comes still depends on the machine. Progress goes to stderr, one JSON object
to stdout as the last line. Exits 1 when a run was different.
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

KILLS_A_RUN = (1, 1, 1, 2, 3, 5)


def main() -> int:
    """Returns the exit code."""
    options = _options()
    print(f"seed {options.seed}", file=sys.stderr, flush=True)
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # it warns of every connection that died
    # a killed process loses nothing that the kernel has: waiting for the disk would only take time
    with tempfile.TemporaryDirectory() as folder, own_database(fsync="off") as server:
        from benchmarks.chaos_ground import Ground, fill

        fill(options.seed)
        with closing(Ground(server, Path(folder) / "workers.log")) as ground:
            try:
                figures = _runs(ground, options.kills, random.Random(options.seed))
            except TimeoutError:
                sys.stderr.write(ground.log.read_text()[-5000:])
                raise
    print(json.dumps({"seed": options.seed, **figures}), flush=True)
    return 1 if figures["different"] else 0


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
    parser.add_argument("--kills", type=int, default=200, help="how many processes to kill in all (200)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="repeat these choices")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
