"""python -m project.demo: starts a server, fills it, closes a month, serves it, and stops all of it at the end."""

import argparse
import fcntl
import os
import secrets
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from project.postgres.embedded import EmbeddedServer, ServerError
from project.processes import dies_with_parent

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "tutup"


def main() -> int:
    """Returns the exit code: 0 when it was stopped, 3 when something it needs is missing."""
    options = _options()
    if options.with_parent:
        dies_with_parent(signal.SIGTERM, parent=os.getppid())()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with ExitStack() as stack:
            options.folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(_alone(options.folder))
            os.environ.update(_environment(options.folder, stack))
            _run(options)
    except KeyboardInterrupt:
        sys.stderr.write("\n")
    except ServerError as error:
        sys.stderr.write(f"{error}\n")
        return 3
    return 0


def _run(options: argparse.Namespace) -> None:
    # settings are read when Django is imported, so only after the environment is complete
    import django

    django.setup()
    from project.demo import story

    story.tell(folder=options.folder, month=options.month, transactions=options.transactions, port=options.port)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m project.demo", description="Close a made-up month and serve it.")
    parser.add_argument("--folder", type=Path, default=ROOT / ".demo", help="where the demo keeps its data")
    parser.add_argument("--month", default="2025-01", help="the month to make up and close")
    parser.add_argument("--transactions", type=int, default=200_000, help="premiums and claims in that month")
    parser.add_argument("--port", type=int, default=8000, help="first port to try")
    parser.add_argument("--with-parent", action="store_true", help="stop when the parent process ends")
    return parser.parse_args()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One demo at a time in one folder."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServerError(f"The demo runs already: {folder}/access.json says where.") from None
        yield


def _environment(folder: Path, stack: ExitStack) -> dict[str, str]:
    """What the product needs to know, with the server started; DATABASE_URL of the caller wins."""
    given = os.environ.get("DATABASE_URL", "")
    return {
        "DJANGO_SETTINGS_MODULE": "project.settings",
        "API_ENV": "development",
        "SECRET_KEY": _secret_key(folder / "secret_key"),
        "DATABASE_URL": given or _server(folder, stack),
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
    }


def _server(folder: Path, stack: ExitStack) -> str:
    server = EmbeddedServer(folder / "server")
    stack.callback(server.stop)
    server.start()
    return server.ensure_database(DATABASE)


def _secret_key(file: Path) -> str:
    """Kept, so that a second run leaves people signed in."""
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as target:
            target.write(secrets.token_urlsafe(50))
    return file.read_text()


if __name__ == "__main__":
    sys.exit(main())
