"""Where the server keeps its data and its socket."""

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from project.postgres.embedded.identity import Identity, reachable

OUTSIDE = Path("/var/lib/tutup-demo")
LONGEST_SOCKET_FOLDER = 80  # the whole socket path has to stay under 108 bytes


@dataclass(frozen=True)
class Places:
    """The folders of one server."""

    root: Path  # what the caller named: the log, and a link when the data is elsewhere
    home: Path  # data and copied binaries; elsewhere if the server's user can't reach `root`
    socket: Path

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.root / "server.log"

    def make(self, identity: Identity | None) -> None:
        """Create what is missing; data and socket belong to the server's user alone."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.home.mkdir(parents=True, exist_ok=True)
        if self.home != self.root:
            link = self.root / "elsewhere"
            link.unlink(missing_ok=True)
            link.symlink_to(self.home)
        self.socket.mkdir(mode=0o700, exist_ok=True)
        if identity is not None:
            self.home.chmod(0o711)
            identity.own(self.socket)

    def remove(self) -> None:
        """Delete everything, also what is elsewhere."""
        for folder in (self.socket, self.home, self.root):
            shutil.rmtree(folder, ignore_errors=True)


def choose(root: Path, identity: Identity | None) -> Places:
    """The places for a server named by its folder; the same folder gives the same places again."""
    root = root.resolve()
    root.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
    home = root if identity is None or reachable(root.parent) else OUTSIDE / name
    return Places(root, home, _socket_folder(f"tutup-{os.geteuid()}-{name}", identity))


def _socket_folder(name: str, identity: Identity | None) -> Path:
    for parent in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108 - checked below
        folder = parent / name
        plain = not set(str(folder)) & set(" ,\"'")
        if plain and len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER and (identity is None or reachable(parent)):
            return folder if _ours(folder, identity) else Path(tempfile.mkdtemp(prefix="tutup-", dir=parent))
    return Path(tempfile.mkdtemp(prefix="tutup-", dir="/tmp"))


def _ours(folder: Path, identity: Identity | None) -> bool:
    """Whether the name is free or is a private folder of ours: anyone may have taken it in a shared /tmp."""
    try:
        state = folder.lstat()
    except FileNotFoundError:
        return True
    owners = {os.geteuid()} | ({identity.uid} if identity else set())
    return folder.is_dir() and not folder.is_symlink() and state.st_uid in owners and state.st_mode & 0o077 == 0
