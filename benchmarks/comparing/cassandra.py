"""A million rows in Cassandra and their copy in PostgreSQL that has the partition's token, with 500 differences.

`ratio_to_scan` is ours, from the trigger to the end with all differences stored, by the time that a program of its own
takes to do nothing but read the same ranges of the Cassandra table, as many at once, with the driver's own decoding.
Both have the driver and their sessions before: the program has connected, our worker has compared a table of ten rows.
The node has read the table once since it was started. Node, server and worker share the machine. `client_mb` is the
most that the worker had; with --grown-rows a second table of so many rows is compared, and `memory_growth` is the
worker's memory there by that here.
"""

import json
import sys
from collections.abc import Sequence
from statistics import median
from typing import Any

from benchmarks.comparing import cassandra_table, ours, tables
from benchmarks.engine_parts.bench import Bench
from benchmarks.peers.program import Process, Program, expect, go
from benchmarks.server import ROOT
from project.cassandra import CassandraNode
from reconciliation.definition import Definition
from reconciliation.models import Mapping, ReconciliationRange
from reconciliation.services import connections
from reconciliation.services.executing import PARALLELISM
from reconciliation.services.tokens import add_token
from reconciliation.sources.cassandra.ranges import closed
from reconciliation.sources.protocol import Bounds

NAME, GROWN, FEW = "copied", "copied_grown", "copied_few"
TOKEN = "cassandra_token"  # noqa: S105
CLUSTER = "compared_cluster"
SCAN = Program((sys.executable, "-m", "benchmarks.comparing.scan"), {"PYTHONPATH": str(ROOT)})


def measure(bench: Bench) -> dict[str, Any]:
    rows, grown = bench.options.rows, bench.options.grown_rows
    with cassandra_table.node(bench.options.heap) as node:
        planted = make(bench, node, NAME, rows, bench.options.differences)
        make(bench, node, FEW, 10, 0)
        if grown:
            make(bench, node, GROWN, grown, bench.options.differences)
        cassandra_table.settle(node)
        add_tokens(bench, node, (NAME, FEW, GROWN) if grown else (NAME, FEW))
        cassandra_table.warm(node, NAME)
        seconds, scans, runs = [], [], []
        for _ in range(bench.options.rounds):
            run = compare(bench, node, NAME)
            runs.append(run)
            seconds.append(run.seconds)
            scans.append(scan(bench, node, rows - len(planted.target_only)))
            bench.say(f"  ours {run.seconds:.2f} s, {run.beyond_idle:.0f} MB; only scanned {scans[-1]:.2f} s")
            if wrong := run.keys[NAME] - planted.keys:
                raise RuntimeError(f"{len(wrong)} equal rows were called different, such as {min(wrong)}.")
        found = min(len(run.keys[NAME]) for run in runs)
        megabytes = max(run.megabytes for run in runs)
        return {
            "ours_seconds": round(median(seconds), 3),
            "scan_seconds": round(median(scans), 3),
            "ratio_to_scan": round(median(seconds) / median(scans), 3),
            "client_mb": round(megabytes, 1),
            "client_mb_beyond_idle": round(max(run.beyond_idle for run in runs), 1),
            "planted": len(planted.keys),
            "ours_found": found,
            "ours_missed": len(planted.keys) - found,
            **(_grown(bench, node, grown, megabytes) if grown else {}),
        }


def make(bench: Bench, node: CassandraNode, name: str, rows: int, differences: int) -> tables.Planted:
    """Both tables with planted differences."""
    planted = tables.Planted.among(rows, differences)
    with tables.opened(bench.server, tables.TARGET) as session:
        tables.fill(session, name, rows, tables.IN_MILLISECONDS)
        cassandra_table.load(node, session, name, planted.target_only)
        tables.plant(session, name, planted, of_source=False, tick="1 millisecond")
    return planted


def add_tokens(bench: Bench, node: CassandraNode, names: Sequence[str]) -> None:
    """The partition's token in the target's rows, and all of it on disk."""
    _map(bench, node, names, token_column="")
    for name in names:
        add_token(Definition.of(Mapping.objects.get(name=name)), column=TOKEN)
    with tables.opened(bench.server, tables.TARGET) as session:
        session.execute("VACUUM ANALYZE")
        session.execute("CHECKPOINT")


def compare(bench: Bench, node: CassandraNode, name: str) -> ours.Run:
    _map(bench, node, (name, FEW), token_column=TOKEN)
    return ours.compare(bench, [name], before=[FEW])


def scan(bench: Bench, node: CassandraNode, rows: int) -> float:
    """Seconds that reading the ranges of the last comparison takes. Raises RuntimeError when rows are missing."""
    ranges = [closed(Bounds(one.lower, one.upper)) for one in ReconciliationRange.objects.filter(job__table_name=NAME)]
    given = {
        "port": node.port, "table": f"{cassandra_table.KEYSPACE}.{NAME}", "columns": cassandra_table.COLUMNS,
        "ranges": ranges, "at_once": PARALLELISM,
    }  # fmt: skip
    with SCAN.process() as process:
        _tell(process, json.dumps(given))
        expect(process, "ready")
        bench.wait_for_quiet()
        go([process])
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
    if told["rows"] != rows:
        raise RuntimeError(f"{told['rows']} of {rows} rows were scanned.")
    return float(told["seconds"])


def _grown(bench: Bench, node: CassandraNode, rows: int, megabytes: float) -> dict[str, float]:
    run = compare(bench, node, GROWN)
    return {
        "grown_rows": rows,
        "grown_seconds": round(run.seconds, 3),
        "grown_client_mb": round(run.megabytes, 1),
        "memory_growth": round(run.megabytes / megabytes, 3),
    }


def _map(bench: Bench, node: CassandraNode, names: Sequence[str], *, token_column: str) -> None:
    ours.connect(bench)
    connections.create(name=CLUSTER, kind="cassandra", address=node.address, actor=None)
    place = {"source_connection": CLUSTER, "source_schema": cassandra_table.KEYSPACE}
    for name in names:
        ours.map_table(name, **place, token_column=token_column)


def _tell(process: Process, line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()
