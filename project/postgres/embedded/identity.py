"""Whom the server runs as: PostgreSQL refuses root, so root runs it as a system user made for that."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from project.postgres.embedded.errors import ServerError

USER = "tutup-demo"


@dataclass(frozen=True)
class Identity:
    """A user and its group."""

    uid: int
    gid: int

    def own(self, path: Path) -> None:
        """Give a file or folder to this user."""
        os.chown(path, self.uid, self.gid)

    @property
    def process_options(self) -> dict[str, Any]:
        """What `subprocess` needs to run a program as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def needed() -> Identity | None:
    """None for a plain user, who runs the server as himself; for root the system user, made once."""
    if os.geteuid() != 0:
        return None
    try:
        return _known()
    except KeyError:
        _make()
        return _known()


def readable(path: Path) -> bool:
    """Whether a user without any relation to the file can reach and read it."""
    real = path.resolve()
    return bool(real.stat().st_mode & 0o004) and reachable(real.parent)


def reachable(folder: Path) -> bool:
    """Whether a user without any relation to the folder can enter it and all folders above it."""
    real = folder.resolve()
    return all(step.stat().st_mode & 0o001 for step in (real, *real.parents))


def _known() -> Identity:
    entry = pwd.getpwnam(USER)
    return Identity(entry.pw_uid, entry.pw_gid)


def _make() -> None:
    for command in (
        ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", USER],
        ["adduser", "-S", "-D", "-H", "-s", "/sbin/nologin", USER],  # BusyBox
    ):
        if shutil.which(command[0]):
            made = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
            if made.returncode == 0 or "already exists" in made.stderr:
                return
    raise ServerError(
        f"PostgreSQL does not run as root and the system user {USER} can't be made: run as a plain user, "
        "or set DATABASE_URL."
    )
