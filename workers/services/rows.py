"""Rows that routines return, as models."""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from workers.models import Execution


def execution_of(row: Mapping[str, Any]) -> Execution:
    """The execution of a full row of its table. By name: the table's columns have another order than the model's."""
    names = [field.attname for field in Execution._meta.concrete_fields]
    return Execution.from_db(connection.alias, names, [row[name] for name in names])
