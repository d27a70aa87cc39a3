"""What goes wrong is told by name, and never taken for the end of a range."""

import os
import signal
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest

from project.api.errors import InvalidRequest
from reconciliation.canonical.encode import encode
from reconciliation.canonical.notation import parse
from reconciliation.sources.cassandra import CassandraSide, asking, sessions
from reconciliation.sources.cassandra.address import address
from reconciliation.sources.protocol import NothingRead, ReadTimeout, SchemaChanged, SourceError
from tests.reconciliation.cassandra.sides import WHOLE, compared, definition, everything, place, side

COLUMNS = "id int PRIMARY KEY, v text, n int"


def fill(cassandra, table, rows=30):
    for n in range(rows):
        cassandra.insert(table, id=n, v=f"value {n}", n=n)


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(asking, "FIRST", 10)
    monkeypatch.setattr(asking, "PAGE_BYTES", 1)


def test_nobody_at_the_address_is_told_with_the_connection(cassandra):
    nowhere = place(cassandra, "orders", address="cassandra://127.0.0.1:1/")
    with pytest.raises(SourceError, match=r"orders-cassandra: no Cassandra answers at 127\.0\.0\.1 port 1"):
        CassandraSide(definition(nowhere)).shape()


def test_a_host_that_has_no_address_is_told(cassandra):
    with pytest.raises(SourceError, match=r"orders-cassandra: nowhere\.invalid can't be resolved"):
        CassandraSide(definition(place(cassandra, "orders", address="cassandra://nowhere.invalid/"))).shape()


def test_a_password_that_is_not_set_is_told_with_its_variable(cassandra, monkeypatch):
    monkeypatch.delenv("ORDERS_PASSWORD", raising=False)
    address = cassandra.address.replace("//", "//reader@")
    with pytest.raises(SourceError, match="ORDERS_PASSWORD has no password"):
        CassandraSide(definition(place(cassandra, "orders", address=address, password_variable="ORDERS_PASSWORD")))
    with pytest.raises(SourceError, match="set password_variable"):
        CassandraSide(definition(place(cassandra, "orders", address=address)))


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"consistency": "MOST"}, "consistency: 'MOST' is none of"),
        ({"request_seconds": 0}, "request_seconds: Give how long"),
        ({"paging": 3}, "options: 'paging' is none of"),
        ({"tls": {"cert": "x"}}, "tls: 'cert' is none of"),
    ],
)
def test_an_option_that_cannot_be_is_told_by_name(cassandra, options, field):
    with pytest.raises(InvalidRequest, match=f"connection orders-cassandra: {field}"):
        CassandraSide(definition(place(cassandra, "orders", options=options)))


@pytest.mark.parametrize("hosts", ["", "one,,two", "one:port", ":9042"])
def test_an_address_that_cannot_be_is_told(cassandra, hosts):
    with pytest.raises(InvalidRequest, match="connection orders-cassandra: address: Write it as cassandra://"):
        CassandraSide(definition(place(cassandra, "orders", address=f"cassandra://{hosts}/")))


def test_several_hosts_share_a_port(cassandra):
    found = address(place(cassandra, "orders", address="cassandra://a,[2001:db8::1],b:9142/?local_dc=west"))
    assert (found.hosts, found.port, found.local_dc) == (("a", "2001:db8::1", "b"), 9142, "west")


def test_no_such_table_is_told(cassandra):
    with pytest.raises(SchemaChanged, match=r"there is no table .*\.nothing\. Create it, or correct the mapping"):
        CassandraSide(definition(place(cassandra, "nothing"))).shape()


def test_a_column_that_is_gone_is_told(cassandra):
    table = cassandra.table(COLUMNS)
    columns = (compared("id", "integer(4)", key=True), compared("gone", "text"))
    with pytest.raises(SchemaChanged, match="has no column gone"):
        CassandraSide(definition(place(cassandra, table), columns)).count(WHOLE)


def test_a_column_of_another_type_is_told(cassandra):
    table = cassandra.table(COLUMNS)
    columns = (compared("id", "integer(4)", key=True), compared("v", "integer(4)"))
    with pytest.raises(SchemaChanged, match=r"v of .* is text now, which isn't compared as integer\(4\)"):
        CassandraSide(definition(place(cassandra, table), columns)).count(WHOLE)


def test_a_table_dropped_while_it_is_read_is_told(cassandra, small_pages):
    table = cassandra.table(COLUMNS, fresh=True)
    fill(cassandra, table)
    pages = side(place(cassandra, table)).read(WHOLE)
    next(pages)
    cassandra.execute(f"DROP TABLE {table}")
    with pytest.raises(SchemaChanged, match="there is no table"):
        list(pages)


def test_a_column_dropped_while_it_is_read_is_told(cassandra, small_pages):
    table = cassandra.table(COLUMNS, fresh=True)
    fill(cassandra, table)
    pages = side(place(cassandra, table)).read(WHOLE)
    next(pages)
    cassandra.execute(f"ALTER TABLE {table} DROP v")
    with pytest.raises(SchemaChanged, match=r"columns of .* were changed while it was read"):
        list(pages)


def test_a_column_made_anew_with_another_type_is_never_read_as_the_old_one(cassandra, small_pages):
    table = cassandra.table(COLUMNS, fresh=True)
    fill(cassandra, table)
    opened = side(place(cassandra, table))
    pages = opened.read(WHOLE)
    next(pages)
    cassandra.execute(f"DROP TABLE {table}")
    cassandra.execute(f"CREATE TABLE {table} (id int PRIMARY KEY, v blob, n int)")
    cassandra.execute(f"INSERT INTO {table} (id, v, n) VALUES (1, 0x61, 1)")
    with pytest.raises(SchemaChanged):
        list(pages)
    with pytest.raises(SchemaChanged):
        list(opened.read(WHOLE))
    assert everything(side(place(cassandra, table))) == [(b"\x00\x00\x00\x01", b"\x00\x00\x00\x01", b"a")]


def test_a_column_added_while_it_is_read_does_no_harm(cassandra, small_pages):
    table = cassandra.table(COLUMNS, fresh=True)
    fill(cassandra, table)
    pages = side(place(cassandra, table)).read(WHOLE)
    first = next(pages)
    cassandra.execute(f"ALTER TABLE {table} ADD a_new_one text")
    assert len(first) + sum(map(len, pages)) == 30


def in_haste(cassandra, opened):
    """The same side, which is given no time to read rows."""
    options = {"request_seconds": 0.000001}
    hasty = CassandraSide(
        definition(place(cassandra, opened._table.place.table, options=options), opened._definition.columns)
    )
    hasty.__dict__["_table"] = opened._table
    return hasty


def test_a_range_that_takes_too_long_is_told_apart(cassandra):
    table = cassandra.table(COLUMNS)
    fill(cassandra, table, 3)
    with pytest.raises(NothingRead, match="smaller ranges may do"):
        list(in_haste(cassandra, side(place(cassandra, table))).read(WHOLE))


def test_a_node_killed_while_it_is_read_is_told_and_read_again_when_it_is_back(cassandra, small_pages):
    table = cassandra.table(COLUMNS)
    fill(cassandra, table)
    opened = side(place(cassandra, table))
    pages = opened.read(WHOLE)
    next(pages)
    cassandra.node.kill()
    with pytest.raises(SourceError, match="orders-cassandra: no Cassandra answers at"):
        list(pages)
    with pytest.raises(SourceError, match="no Cassandra answers"):
        opened.fetch([(b"\x00\x00\x00\x01",)])
    cassandra.restart()
    # the tests' node loses nothing that it acknowledged
    assert len(everything(opened)) == 30


@pytest.fixture
def hang(cassandra):
    """Stops the node where it stands: its port takes connections, and nothing is answered."""
    yield lambda: os.kill(cassandra.node.pid, signal.SIGSTOP)
    os.kill(cassandra.node.pid, signal.SIGCONT)
    sessions.close_all()


def test_a_node_that_hangs_is_told_apart_from_a_range_that_is_too_large(cassandra, small_pages, hang, monkeypatch):
    table = cassandra.table(COLUMNS)
    fill(cassandra, table)
    opened = side(place(cassandra, table, options={"request_seconds": 3}))
    pages = opened.read(WHOLE)
    next(pages)
    monkeypatch.setattr(sessions, "CONNECT_SECONDS", 1.0)
    hang()
    with pytest.raises(SourceError, match=r"orders-cassandra: .* does not answer in time") as told:
        list(pages)
    with pytest.raises(SourceError, match="no Cassandra answers") as refused:
        opened.fetch([(b"\x00\x00\x00\x01",)])
    assert not isinstance(told.value, ReadTimeout)
    assert not isinstance(refused.value, ReadTimeout)
    os.kill(cassandra.node.pid, signal.SIGCONT)
    monkeypatch.undo()
    while True:
        try:
            assert len(everything(opened)) == 30
            break
        except SourceError:
            assert cassandra.node.pid is not None


def test_keys_that_are_not_read_in_time_are_no_range_that_is_too_large(cassandra):
    hasty = in_haste(cassandra, side(place(cassandra, cassandra.table(COLUMNS))))
    with pytest.raises(SourceError, match="does not answer in time") as told:
        hasty.fetch([(b"\x00\x00\x00\x01",)])
    assert not isinstance(told.value, ReadTimeout)


def test_whoever_comes_while_a_cluster_is_known_to_hang_does_not_wait_for_it_again(cassandra, monkeypatch):
    clock, asked = [100.0], []

    def hanging(_):
        asked.append(clock[0])
        clock[0] += 5
        raise SourceError("orders-cassandra: no Cassandra answers")

    monkeypatch.setattr(sessions, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(sessions, "_connected", hanging)
    nobody = address(place(cassandra, "orders", address="cassandra://hanging/"))
    for _ in range(25):
        with pytest.raises(SourceError, match="no Cassandra answers"):
            sessions.link(nobody)
        clock[0] += 1
    assert asked == [100, 110, 120, 130, 140]


SCHEDULER_AT_EXIT = """
import sys, time
import django
from concurrent.futures import ThreadPoolExecutor

django.setup()
from reconciliation.definition import Place
from reconciliation.sources.cassandra import sessions
from reconciliation.sources.cassandra.address import address

given = Place(
    connection="here", kind="cassandra", address=sys.argv[1], password_variable="", options={}, schema="k", table="t"
)
cluster = sessions.link(address(given)).session.cluster
for tenths in range(20):
    cluster.scheduler.schedule(tenths / 10, int)
ThreadPoolExecutor(1).submit(time.sleep, 1)  # what the interpreter waits for once pools of threads are closed
"""


def test_a_process_ends_without_a_traceback_of_the_driver(cassandra):
    ended = subprocess.run(
        [sys.executable, "-c", SCHEDULER_AT_EXIT, cassandra.address], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_one_session_serves_all_threads_and_a_forked_child_has_its_own(cassandra):
    table = cassandra.table(COLUMNS)
    fill(cassandra, table, 5)
    counts = []
    threads = [
        threading.Thread(target=lambda: counts.append(side(place(cassandra, table)).count(WHOLE))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [5] * 4
    before = dict(sessions._links)
    child = os.fork()
    if child == 0:
        os._exit(0 if not sessions._links and side(place(cassandra, table)).count(WHOLE) == 5 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert sessions._links == before
    assert side(place(cassandra, table)).count(WHOLE) == 5


def test_an_added_value_is_found_by_the_same_side(cassandra):
    table = cassandra.table(COLUMNS)
    opened = side(place(cassandra, table))
    assert opened.count(WHOLE) == 0
    fill(cassandra, table, 1)
    assert opened.fetch([(encode(0, parse("integer(4)")),)]) != {}
