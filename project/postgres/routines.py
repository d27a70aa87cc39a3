"""What the files of sql/ define, what the database has, and where the two differ."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from django.conf import settings

from project.postgres import sql

CHECKS = "checks"  # sql/checks/ holds consistency queries, not routines
EVENT_SUFFIX = ".event.sql"
SCHEMA_MARK = "Routines of Tutup, installed from sql/ by manage.py migrate."
MARK = re.compile(r"\n\[tutup file=(?P<file>[0-9a-f]{64}) source=(?P<source>[0-9a-f]{32})\]$")


class Status(StrEnum):
    """How a routine in the database compares with its file."""

    INSTALLED = "INSTALLED"
    OUTDATED = "OUTDATED"  # the file changed since, or someone changed the routine in the database
    MISSING = "MISSING"
    UNKNOWN = "UNKNOWN"  # no file defines it


@dataclass(frozen=True, kw_only=True)
class RoutineFile:
    """One file: `sql/<schema>/<name>.sql`, and `<name>.event.sql` beside it if it has an event trigger."""

    schema: str
    name: str
    text: str
    event_text: str

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def digest(self) -> str:
        return hashlib.sha256((self.text + self.event_text).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class InstalledRoutine:
    """One overload in the database. `version` is the row version, which tells whether a statement replaced it."""

    oid: int
    schema: str
    name: str
    arguments: str
    comment: str
    source_digest: str
    version: str

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def signature(self) -> str:
        return f'"{self.schema}"."{self.name}"({self.arguments})'

    def equals(self, file: RoutineFile) -> bool:
        found = MARK.search(self.comment)
        return found is not None and found.groups() == (file.digest, self.source_digest)


@dataclass(frozen=True, kw_only=True)
class RoutineState:
    """One line of `manage.py routines`."""

    name: str
    status: Status


def files(folder: Path | None = None) -> list[RoutineFile]:
    """Every routine file, sorted by name."""
    root = folder or settings.SQL_DIR
    paths = sorted(path for path in root.glob("*/*.sql") if path.parent.name != CHECKS)
    return [_routine_file(path) for path in paths if not path.name.endswith(EVENT_SUFFIX)]


def installed(schemas: Iterable[str]) -> list[InstalledRoutine]:
    """Every routine in these schemas and in the schemas that carry our mark, save those of extensions."""
    found = sql.rows(_INSTALLED, {"schemas": list(schemas), "mark": SCHEMA_MARK})
    return [InstalledRoutine(**record) for record in found]


def states(folder: Path | None = None) -> list[RoutineState]:
    """Each routine's status, sorted by name; a few milliseconds, fit for a readiness probe."""
    wanted = {file.full_name: file for file in files(folder)}
    present: dict[str, list[InstalledRoutine]] = {}
    for routine in installed({file.schema for file in wanted.values()}):
        present.setdefault(routine.full_name, []).append(routine)
    names = sorted(wanted.keys() | present.keys())
    return [RoutineState(name=name, status=_status(wanted.get(name), present.get(name, []))) for name in names]


def missing_event_triggers(folder: Path | None = None) -> list[str]:
    """Routines whose event trigger is absent: only a superuser can create one."""
    wanted = [file.full_name for file in files(folder) if file.event_text]
    present = sql.rows(_EVENT_TRIGGERS)
    return sorted(set(wanted) - {record["name"] for record in present})


def _routine_file(path: Path) -> RoutineFile:
    event = path.with_name(path.stem + EVENT_SUFFIX)
    return RoutineFile(
        schema=path.parent.name,
        name=path.stem,
        text=path.read_text(encoding="utf-8"),
        event_text=event.read_text(encoding="utf-8") if event.exists() else "",
    )


def _status(file: RoutineFile | None, present: list[InstalledRoutine]) -> Status:
    if file is None:
        return Status.UNKNOWN
    if not present:
        return Status.MISSING
    return Status.INSTALLED if len(present) == 1 and present[0].equals(file) else Status.OUTDATED


def mark(file: RoutineFile, source_digest: str) -> str:
    """The last line of a routine's comment, by which later runs know what was installed."""
    return f"\n[tutup file={file.digest} source={source_digest}]"


def without_mark(comment: str) -> str:
    """A routine's comment as its file wrote it."""
    return MARK.sub("", comment)


_INSTALLED = """
SELECT p.oid::bigint AS oid, n.nspname AS schema, p.proname AS name,
       pg_get_function_identity_arguments(p.oid) AS arguments,
       coalesce(obj_description(p.oid, 'pg_proc'), '') AS comment,
       md5(p.prosrc) AS source_digest, p.xmin::text || p.ctid::text AS version
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE (n.nspname = ANY(%(schemas)s) OR obj_description(n.oid, 'pg_namespace') = %(mark)s)
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
ORDER BY n.nspname, p.proname, p.oid
"""

_EVENT_TRIGGERS = """
SELECT n.nspname || '.' || p.proname AS name
FROM pg_event_trigger e
JOIN pg_proc p ON p.oid = e.evtfoid
JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE e.evtenabled <> 'D'
"""
