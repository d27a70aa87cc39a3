"""TypeScript for the tests: Node with the compiler, which is installed once into .tests/node."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from tests.servers import ROOT

HERE = Path(__file__).with_name("node")
PLACE = ROOT / ".tests" / "node"


def installed() -> Path:
    """The folder with the compiler. Installs what package-lock.json says, if that isn't there yet."""
    for program in ("node", "npm"):
        assert shutil.which(program), f"{program} is needed: apt-get install nodejs npm"
    PLACE.parent.mkdir(exist_ok=True)
    with (PLACE.parent / "node.lock").open("w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)  # from other runs of the tests
        _install()
    return PLACE


def _install() -> None:
    lock = (HERE / "package-lock.json").read_bytes()
    mark = PLACE / f"installed-{hashlib.sha256(lock).hexdigest()[:16]}"
    if mark.exists():
        return
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir()
    for name in ("package.json", "package-lock.json", "transpile.mjs", "with-key.mjs"):
        (PLACE / name).symlink_to(HERE / name)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=PLACE, check=True)
    mark.touch()


def transpiled(folder: Path, *files: Path) -> Path:
    """The folder with their JavaScript beside each other."""
    node = installed()
    # as it is found from there that the compiler is looked for
    subprocess.run(["node", "--preserve-symlinks-main", node / "transpile.mjs", folder, *files], cwd=node, check=True)
    return folder


def checked(file: Path) -> str:
    """What the strict type check has to say; nothing when all is well."""
    node = installed()
    options = [
        "--noEmit",
        "--strict",
        "--noUncheckedIndexedAccess",
        "--erasableSyntaxOnly",
        "--target",
        "es2022",
        "--module",
        "nodenext",
    ]
    command = [node / "node_modules/.bin/tsc", *options, "--types", "node", "--typeRoots", "node_modules/@types", file]
    return subprocess.run(command, cwd=node, capture_output=True, text=True, check=False).stdout


def run(script: Path, *arguments: str, key: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a script of JavaScript; with a key, every fetch carries it."""
    command = ["node", *(["--import", (HERE / "with-key.mjs").as_uri()] if key else []), script, *arguments]
    variables = {**os.environ, **environment, **({"API_KEY": key} if key else {})}
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60, check=False)
