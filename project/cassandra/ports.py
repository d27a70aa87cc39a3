"""Free ports, and whether the one behind a port speaks CQL."""

import socket

HOST = "127.0.0.1"
OPTIONS = bytes.fromhex("050000000500000000")  # a request of protocol 5 that needs no login
SUPPORTED = 6  # opcode of its answer


def free(count: int) -> list[int]:
    """So many ports that nobody listens on; another process may take one before it is used."""
    taken = [socket.create_server((HOST, 0)) for _ in range(count)]
    try:
        return [held.getsockname()[1] for held in taken]
    finally:
        for held in taken:
            held.close()


def speaks_cql(port: int) -> bool:
    """Whether the node answers, not only listens: the port is open a moment before."""
    try:
        with socket.create_connection((HOST, port), timeout=5) as connection:
            connection.sendall(OPTIONS)
            return connection.recv(9)[4:5] == bytes([SUPPORTED])
    except OSError:
        return False
