"""Values that comparisons take for equal though they aren't, each alone in a table of its own among plain rows.

Alone, because a difference nearby makes a tool read a whole range value by value, and find there what its checksum
hides. `NAME_missed` lists what was not found, `NAME_false` rows that are equal but were called different, `NAME_failed`
where the program gave up, with what it said. All but ours are for information.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import sql

from benchmarks.comparing import ours, peers, tables
from benchmarks.engine_parts.bench import Bench
from project.postgres.embedded import EmbeddedServer

COLUMNS = ("first", "second", "number", "amount", "whole", "moment")
SHAPE: LiteralString = """(
    id bigint PRIMARY KEY, first text, second text, number double precision, amount numeric, whole bigint,
    moment timestamptz)"""
ROWS: LiteralString = """
    SELECT n, 'first ' || n, 'second ' || n, n / 8.0, n / 4.0, n, timestamptz '2024-01-01 UTC' + n * interval '1 s'
    FROM generate_series(1, %s) n"""


@dataclass(frozen=True)
class Trap:
    """Assignments that make the same row on both sides something else, or with `equal` the same differently written."""

    name: str
    source: LiteralString
    target: LiteralString
    equal: bool = False


TRAPS = (
    Trap("null and the text NULL", "first = NULL", "first = 'NULL'"),
    Trap("null and the text <null>", "first = NULL", "first = '<null>'"),
    Trap("null and no text", "first = NULL", "first = ''"),
    Trap("null and a blank", "first = NULL", "first = ' '"),
    Trap("nulls that change places", "first = NULL, second = 'x'", "first = 'x', second = NULL"),
    Trap("a separator that moves", "first = 'x|y', second = 'z'", "first = 'x', second = 'y|z'"),
    Trap("a comma that moves", "first = 'x,y', second = 'z'", "first = 'x', second = 'y,z'"),
    Trap("a trailing blank", "first = 'x'", "first = 'x '"),
    Trap("a capital letter", "first = 'x'", "first = 'X'"),
    Trap("a letter with its accent, and in two parts", "first = U&'\\00e9'", "first = U&'e\\0301'"),
    Trap("no text in brackets", "first = '[red]danger[/red]'", "first = 'danger'"),
    Trap("1e-20 and 2e-20", "number = 1e-20", "number = 2e-20"),
    Trap("the last bit of a number", "number = 0.1", "number = 0.1::float8 + 1.4e-17::float8"),
    Trap("zero and negative zero", "number = 0", "number = '-0'"),
    Trap("not a number and null", "number = 'NaN'", "number = NULL"),
    Trap("the 18th decimal", "amount = 1.000000000000000001", "amount = 1.000000000000000002"),
    Trap("whole numbers beyond 2^53", "whole = 9007199254740993", "whole = 9007199254740992"),
    Trap("a microsecond", "moment = '2024-01-01 00:00:00.000001Z'", "moment = '2024-01-01 00:00:00.000002Z'"),
    Trap("before and after Christ", "moment = '0044-03-15 00:00:00Z BC'", "moment = '0044-03-15 00:00:00Z'"),
    Trap("1.10 and 1.1", "amount = 1.10", "amount = 1.1", equal=True),
    Trap("not a number on both sides", "number = 'NaN'", "number = 'NaN'", equal=True),
)


def measure(bench: Bench) -> dict[str, Any]:
    for number in range(len(TRAPS)):
        set_trap(bench.server, number, bench.options.hostile_rows)
    chosen = [peer for peer in peers.PEERS if peer.name in bench.options.peers]
    key = middle_of(bench.options.hostile_rows)
    figures: dict[str, Any] = {"traps": sum(not trap.equal for trap in TRAPS), **judged("ours", _ours(bench), key)}
    with peers.routines_in(bench.server, chosen):
        for peer in chosen:
            figures |= judged(peer.name, _keys(bench.server, peer), key)
            bench.say(f"  {peer.name} missed {figures[f'{peer.name}_missed']}")
    return {**figures, "ours_missed_traps": len(figures["ours_missed"]), "ours_false_traps": len(figures["ours_false"])}


def table(number: int) -> str:
    return f"trap_{number}"


def set_trap(server: EmbeddedServer, number: int, rows: int) -> None:
    """The row in the middle is the one."""
    trap, name = TRAPS[number], sql.Identifier(table(number))
    for database, assignments in ((tables.SOURCE, trap.source), (tables.TARGET, trap.target)):
        with tables.opened(server, database) as session:
            tables.fill(session, table(number), rows, ROWS, SHAPE)
            session.execute(sql.SQL("UPDATE {} SET " + assignments + " WHERE id = %s").format(name), [middle_of(rows)])
            session.execute(sql.SQL("VACUUM ANALYZE {}").format(name))


def middle_of(rows: int) -> int:
    return rows // 2 + 1


def judged(name: str, found: Callable[[int], frozenset[int] | str], key: int) -> dict[str, list[str]]:
    """What a tool missed and so on that finds these keys in the table of a trap, or says why it can't."""
    missed, false, failed = [], [], []
    for number, trap in enumerate(TRAPS):
        keys, wanted = found(number), frozenset[int]() if trap.equal else frozenset({key})
        if isinstance(keys, str):
            failed.append(f"{trap.name}: {keys}")
            continue
        if wanted - keys:
            missed.append(trap.name)
        if keys - wanted:
            false.append(trap.name)
    return {f"{name}_missed": missed, f"{name}_false": false, f"{name}_failed": failed}


def _ours(bench: Bench) -> Callable[[int], frozenset[int] | str]:
    """All tables at once."""
    ours.connect(bench)
    names = [table(number) for number in range(len(TRAPS))]
    for name in names:
        ours.map_table(name)
    run = ours.compare(bench, names)
    return lambda number: run.keys[table(number)]


def _keys(server: EmbeddedServer, peer: peers.Peer) -> Callable[[int], frozenset[int] | str]:
    def found(number: int) -> frozenset[int] | str:
        try:
            return peer.compare(server, table(number), COLUMNS).keys
        except RuntimeError as error:
            return str(error)[-200:]

    return found
