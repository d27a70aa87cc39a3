"""Where the tests' database lives: on the server of DATABASE_URL, else on an embedded server of their own.

`--postgres=BIN` takes the programs in that folder for the embedded server, such as those of another version.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "test_"


@contextmanager
def database_url(given: str, bin_folder: Path | None = None) -> Iterator[str]:
    """The address of an empty database for this run; it is gone afterwards."""
    if given:
        with fresh_database(given) as url:
            yield url
    else:
        with embedded_server(bin_folder) as server, fresh_database(server) as url:
            yield url


@contextmanager
def embedded_server(bin_folder: Path | None = None) -> Iterator[str]:
    """A throw-away server: what it would lose in a crash nobody misses, so it never waits for the disk."""
    from project.postgres.embedded import EmbeddedServer

    folder = ROOT / ".tests"
    folder.mkdir(exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="server-", dir=folder))
    settings = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    server = EmbeddedServer(place, bin_folder=bin_folder, settings=settings)
    try:
        server.start()
        yield server.url("tutup")
    finally:
        server.remove()


@contextmanager
def fresh_database(url: str) -> Iterator[str]:
    """An empty database named test_<database of the address>, beside it on the same server."""
    name = PREFIX + str(conninfo_to_dict(url)["dbname"])
    with maintenance(url) as connection:
        drop(connection, name)
        connection.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
        )
    try:
        yield with_database(url, name)
    finally:
        with maintenance(url) as connection:
            drop(connection, name)


@contextmanager
def maintenance(url: str) -> Iterator[psycopg.Connection]:
    """A connection to the server's own database."""
    with psycopg.connect(with_database(url, "postgres"), autocommit=True) as connection:
        yield connection


def drop(connection: psycopg.Connection, name: str) -> None:
    """Drop a database, whoever is still connected to it."""
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def with_database(url: str, name: str) -> str:
    """The same server's address with another database."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()
