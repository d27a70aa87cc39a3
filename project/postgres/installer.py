"""Brings the routines of a database in line with the files of sql/, in one transaction."""

from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connection, transaction

from project.postgres import routines, sql
from project.postgres.errors import database_error
from project.postgres.locks import LockSpace
from project.postgres.routines import InstalledRoutine, RoutineFile, Status

INVALID_FUNCTION_DEFINITION = "42P13"  # CREATE OR REPLACE can't change a result type or a parameter's name
WRONG_OBJECT_TYPE = "42809"  # nor make a procedure of a function
AMBIGUOUS_FUNCTION = "42725"  # other parameter types make a second routine: COMMENT ON can't tell which is meant
NEEDS_A_DROP = {INVALID_FUNCTION_DEFINITION, WRONG_OBJECT_TYPE, AMBIGUOUS_FUNCTION}


@dataclass
class Changes:
    """What one run of the installer did, by routine name."""

    installed: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)


def install(folder: Path | None = None) -> Changes:
    """Installs what is MISSING or OUTDATED and drops what is UNKNOWN, all or nothing.

    Raises `ImproperlyConfigured` naming the file when one can't be installed. Two installers wait for each other.
    """
    changes = Changes()
    with transaction.atomic():
        sql.value("SELECT pg_advisory_xact_lock(%s, 0)", [int(LockSpace.INSTALL)])
        # bodies may name tables and routines that come later in the same run
        sql.execute("SET LOCAL check_function_bodies = off")
        wanted = {file.full_name: file for file in routines.files(folder)}
        _create_schemas({file.schema for file in wanted.values()})
        for state in routines.states(folder):
            if state.status is Status.UNKNOWN:
                _drop(_overloads(state.name))
                changes.dropped.append(state.name)
            elif state.status is not Status.INSTALLED:
                _install(wanted[state.name])
                changes.installed.append(state.name)
        for name in routines.missing_event_triggers(folder):
            _create_event_trigger(wanted[name])
    return changes


def _create_schemas(schemas: set[str]) -> None:
    for schema in sorted(schemas):
        if sql.value("SELECT to_regnamespace(%s) IS NULL", [schema]):
            sql.execute(f'CREATE SCHEMA "{schema}"')
            sql.execute(f"COMMENT ON SCHEMA \"{schema}\" IS '{routines.SCHEMA_MARK}'")


def _install(file: RoutineFile) -> None:
    before = _overloads(file.full_name)
    # a file that no longer creates a trigger must not leave it behind
    _drop_triggers(before)
    try:
        _run(file)
    except Error as error:
        if getattr(database_error(error), "sqlstate", "") not in NEEDS_A_DROP:
            raise ImproperlyConfigured(f"sql/{file.schema}/{file.name}.sql can't be installed: {error}") from error
        _drop(before)
        _run(file)
    versions = {routine.version for routine in before}
    current = [routine for routine in _overloads(file.full_name) if routine.version not in versions]
    _drop([routine for routine in _overloads(file.full_name) if routine.version in versions])
    _mark(file, current)


def _run(file: RoutineFile) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(file.text)


def _mark(file: RoutineFile, current: list[InstalledRoutine]) -> None:
    path = f"sql/{file.schema}/{file.name}.sql"
    if len(current) != 1:
        raise ImproperlyConfigured(f"{path} must define {file.full_name} once; it defined it {len(current)} times.")
    comment = routines.without_mark(current[0].comment)
    if not comment:
        raise ImproperlyConfigured(f"{path} has no COMMENT ON for {file.full_name}: say in one line what it does.")
    text = comment + routines.mark(file, current[0].source_digest)
    sql.execute(f"COMMENT ON ROUTINE {current[0].signature} IS {_literal(text)}")


def _overloads(full_name: str) -> list[InstalledRoutine]:
    schema = full_name.split(".")[0]
    return [routine for routine in routines.installed({schema}) if routine.full_name == full_name]


def _drop(present: list[InstalledRoutine]) -> None:
    _drop_triggers(present)
    for routine in present:
        sql.execute(f"DROP ROUTINE {routine.signature}")


def _drop_triggers(present: list[InstalledRoutine]) -> None:
    for routine in present:
        for statement in sql.rows(_DROP_TRIGGERS, {"oid": routine.oid}):
            sql.execute(statement["sql"])


def _create_event_trigger(file: RoutineFile) -> None:
    if sql.value("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        sql.execute(file.event_text)


def _literal(text: str) -> str:
    return str(sql.value("SELECT quote_literal(%s)", [text]))


_DROP_TRIGGERS = """
SELECT format('DROP TRIGGER %%I ON %%s', t.tgname, t.tgrelid::regclass) AS sql
FROM pg_trigger t WHERE t.tgfoid = %(oid)s AND t.tgparentid = 0
UNION ALL
SELECT format('DROP EVENT TRIGGER %%I', e.evtname) FROM pg_event_trigger e
WHERE e.evtfoid = %(oid)s AND (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
"""
