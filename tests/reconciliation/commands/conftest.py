"""Commands over two real tables."""

from collections.abc import Callable
from io import StringIO
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from reconciliation.models import Mapping

Ran = tuple[int, str]


@pytest.fixture
def run_command(database: None) -> "Callable[..., Ran]":
    """Runs a command of manage.py; gives its exit code and what it printed, errors too."""
    from django.core.management import CommandError, call_command

    def run(*given: str) -> Ran:
        out = StringIO()
        try:
            call_command(*given, stdout=out)
        except SystemExit as ended:
            return int(ended.code or 0), out.getvalue()
        except CommandError as error:
            return error.returncode, f"{out.getvalue()}{error}"
        return 0, out.getvalue()

    return run


@pytest.fixture
def quick(mapping: "Mapping") -> "Mapping":
    """The mapping, whose candidates are read again at once."""
    mapping.lag_seconds = 0.0
    mapping.save()
    return mapping
