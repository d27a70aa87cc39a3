"""Finds the Java that Cassandra 5 runs on, and fetches Cassandra's jars with Maven."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from project.cassandra.errors import NodeError

HERE = Path(__file__).resolve().parent
POM = HERE / "pom.xml"
CACHE = HERE.parents[1] / ".cassandra"
VERSION = 17
JAVA_MISSING = f"Cassandra needs Java {VERSION}: apt-get install openjdk-{VERSION}-jre-headless."
MAVEN_MISSING = "Cassandra's jars are fetched with Maven: apt-get install maven."
COPY = "org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies"


def java() -> Path:
    """The `java` of JAVA_HOME, of the path, or of a Debian package, if it is of the right version."""
    found = [Path(place) for place in (os.environ.get("JAVA_HOME", "") and f"{os.environ['JAVA_HOME']}/bin/java",
                                       shutil.which("java")) if place]  # fmt: skip
    found += sorted(Path("/usr/lib/jvm").glob(f"*-{VERSION}-*/bin/java"))
    usable = next((path for path in found if path.exists() and major_version(path) == VERSION), None)
    if usable is None:
        raise NodeError(JAVA_MISSING)
    return usable


def major_version(path: Path) -> int:
    """17 for `openjdk version "17.0.15"`; 1 for the old way of counting, which is too old anyway."""
    told = subprocess.run([path, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603
    version = re.search(r'version "(\d+)', told)
    return int(version[1]) if version else 0


def jars(cache: Path = CACHE) -> Path:
    """The folder of jars; fetched once, by whichever process asks first, while the others wait."""
    cache.mkdir(exist_ok=True)
    folder = cache / hashlib.sha256(POM.read_bytes()).hexdigest()[:12]
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _fetch(folder)
    return folder


def _fetch(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise NodeError(MAVEN_MISSING)
    # under another name until it is complete, so that an interrupted fetch leaves nothing that looks usable
    unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=folder.parent))
    try:
        made = subprocess.run(  # noqa: S603
            [maven, "-B", "-q", "-f", POM, COPY, "-DincludeScope=runtime", f"-DoutputDirectory={unfinished}"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if made.returncode != 0:
            raise NodeError(f"Maven could not fetch Cassandra: {(made.stdout or made.stderr).strip()[-2000:]}")
        unfinished.chmod(0o755)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
