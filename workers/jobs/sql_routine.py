"""`sql.routine`: a job that calls an allow-listed routine of the database and keeps its rows as output."""

import json
import re
from typing import Any

from django.conf import settings
from django.db import Error, transaction
from psycopg import sql as compose

from project.postgres import sql
from project.postgres.errors import database_error
from workers.handlers import Claim, Permanent, handler

MOST_ROWS = 1000
NAME = re.compile(r"\w{1,63}")
HOPELESS = ("22", "42")  # classes of SQLSTATE: a value, a name or a privilege is wrong, and stays so


@handler("sql.routine")
def sql_routine(claim: Claim) -> dict[str, Any]:
    """Calls `config.routine` with `config.args` (an object by name, or a list) and returns `{"rows": [...]}`.

    PostgreSQL converts numbers, texts and truth values to the type of the parameter; objects and lists go to json
    parameters. What the routine changed is kept only if the claim still holds the job in the end.
    """
    name, args = _config(claim.payload)
    try:
        with transaction.atomic():
            found = sql.rows(_query(name, args), _values(args))
            if len(found) > MOST_ROWS:  # in here, so that a job that fails has changed nothing
                raise Permanent(f"{name} gives more than {MOST_ROWS} rows. Have it give fewer.")
            sql.routine("workers.hold_lease", claim.fence, claim.job_id)
    except Error as error:
        cause = database_error(error)
        if cause is not None and (cause.sqlstate or "").startswith(HOPELESS):
            raise Permanent(f"{name}: {cause.diag.message_primary}") from error
        raise
    return {"rows": [record["value"] for record in found]}


def _config(payload: dict[str, Any]) -> tuple[str, dict[str, Any] | list[Any]]:
    if unknown := sorted(payload.keys() - {"routine", "args"}):
        raise Permanent(f"config.{unknown[0]}: unknown. Known are: args, routine.")
    name, args = payload.get("routine"), payload.get("args", {})
    if name not in settings.SQL_JOB_ROUTINES:
        raise Permanent(f"config.routine: SQL_JOB_ROUTINES doesn't list {name!r}.")
    if not isinstance(args, dict | list):
        raise Permanent("config.args: must be an object of arguments by name, or a list.")
    if wrong := [key for key in args if isinstance(args, dict) and not NAME.fullmatch(key)]:
        raise Permanent(f"config.args.{wrong[0]}: this is no name of an argument.")
    return str(name), args


def _query(name: str, args: dict[str, Any] | list[Any]) -> str:
    places = [
        compose.SQL("{} => %s").format(compose.Identifier(key)) if isinstance(args, dict) else compose.SQL("%s")
        for key in args
    ]
    return (
        compose.SQL("SELECT to_jsonb(r) AS value FROM {}({}) r LIMIT {}")
        .format(compose.Identifier(*name.split(".")), compose.SQL(", ").join(places), compose.Literal(MOST_ROWS + 1))
        .as_string()
    )


def _values(args: dict[str, Any] | list[Any]) -> list[str | None]:
    return [_literal(value) for value in (args.values() if isinstance(args, dict) else args)]


def _literal(value: Any) -> str | None:
    """Text without a type: the parameter's own decides how it is read."""
    return value if value is None or isinstance(value, str) else json.dumps(value)
