"""Sockets of Ann, who submits batches."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from batches.processor.models import ModelVersion
    from tests.processor.websocket.sockets import Socket


@pytest.fixture
def key(model: "ModelVersion") -> str:
    """Ann's, who submits."""
    from project.access.roles import Role
    from tests.processor.websocket.sockets import secret_of

    return secret_of("ann", Role.INTEGRATOR)


@pytest.fixture
def open_socket(server: str, key: str) -> "Iterator[Callable[..., Socket]]":
    """Opens sockets, with Ann's key unless told otherwise; all are closed at the end."""
    from tests.processor.websocket.sockets import Socket

    with ExitStack() as opened:
        yield lambda **options: opened.enter_context(Socket(server, **{"key": key, **options}))


@pytest.fixture
def socket(open_socket: "Callable[..., Socket]") -> "Socket":
    """One of Ann's."""
    return open_socket()
