"""What the benchmarks of several parts share: a server of their own, the parts in turn, one line of JSON at the end."""

import argparse
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.server import own_database

if TYPE_CHECKING:
    from benchmarks.engine_parts.bench import Bench
    from benchmarks.engine_parts.targets import Target


@dataclass(frozen=True, kw_only=True)
class Suite:
    """The parts by name, what their figures have to reach, and the packages of the peers of some names."""

    parts: "Mapping[str, Callable[[Bench], dict[str, Any]]]"
    targets: "Collection[Target]"
    packages: Callable[[Sequence[str]], list[str]]


def main(options: argparse.Namespace, suite: Callable[[argparse.Namespace], Suite]) -> int:
    """Prints the figures. `suite` is called once Django is set up: its modules need that, which needs the server's
    address. Returns the exit code: 0, 1 when a part failed, 130 after Ctrl-C."""
    try:
        with own_database() as server:
            found = _measured(options, server, suite(options))
    except KeyboardInterrupt:
        return 130
    print(json.dumps(found), flush=True)
    return 1 if found["failed"] else 0


def _measured(options: argparse.Namespace, server: Any, suite: Suite) -> dict[str, Any]:
    """The chosen parts, one after another."""
    from benchmarks.engine_parts import machine
    from benchmarks.engine_parts.bench import Bench, measured
    from benchmarks.engine_parts.targets import judged

    bench = Bench(options, server)
    ground = machine.described(options, suite.packages(options.peers))  # before hours that a mistake here would cost
    figures, failed = measured(bench, suite.parts)
    return {
        **figures,
        "targets": judged(options.only, figures, suite.targets),
        "failed": failed,
        "unquiet_runs": bench.unquiet_runs,
        "machine": ground,
    }


def arguments(
    program: str, doc: str | None, *, parts: tuple[str, ...], peers: tuple[str, ...]
) -> argparse.ArgumentParser:
    """The options that all of them have."""
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=(doc or "").partition("\n")[0])
    parser.add_argument("--only", type=_names(parts), default=parts, help=f"some of {','.join(parts)}")
    parser.add_argument("--peers", type=_names(peers), default=peers, help=f"some of {','.join(peers)}, or none")
    parser.add_argument("--rounds", type=int, default=3, help="how often each run is repeated (3)")
    parser.add_argument(
        "--quiet-seconds", type=float, default=25.0, help="how long a run waits for a quiet machine (25)"
    )
    return parser


def _names(known: tuple[str, ...]) -> Callable[[str], tuple[str, ...]]:
    """The type of an option that takes some of the known names, comma-separated."""

    def parse(text: str) -> tuple[str, ...]:
        chosen = tuple(name for name in text.split(",") if name and name != "none")
        if unknown := set(chosen) - set(known):
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
        return chosen

    return parse
