"""Serving the product: a listening socket, uvicorn on it, runtime workers beside it."""

import logging
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from django.conf import settings
from uvicorn.supervisors import Multiprocess

from project.processes import dies_with_parent
from project.sockets import OPTIONS

LAST_PORT = 65535
PORTS_TRIED = 100
RESTART_SECONDS = 5.0
STOP_SECONDS = 40.0  # a worker finishes the block it is posting

log = logging.getLogger("serve")


class PortTaken(Exception):
    """No port to listen on; the message names those that were tried."""


def listen(host: str, first_port: int, *, exactly: bool = False) -> socket.socket:
    """A socket on the first free port from `first_port` up, or on that port alone. Raises `PortTaken`."""
    last = first_port if exactly else min(first_port + PORTS_TRIED, LAST_PORT)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in range(first_port, last + 1):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(2048)
        except OSError as error:
            listener.close()
            problem = error
            continue
        listener.set_inheritable(True)
        return listener
    ports = str(first_port) if exactly else f"{first_port} to {last}"
    raise PortTaken(f"Can't listen on {host}, port {ports}: {problem.strerror}. Choose another with --port.")


def address(listener: socket.socket) -> str:
    """What to type into a browser on this machine."""
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "localhost", "::": "localhost"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


class RuntimeWorkers:
    """`manage.py run_workers` as a child, started again when it dies."""

    def __init__(self, *, processes: int, slots: int) -> None:
        self._command = ["run_workers", "--processes", str(processes), "--slots", str(slots)]
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    def start(self) -> None:
        """Starts them from the calling thread, with which they end."""
        self._started = time.monotonic()
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, str(settings.BASE_DIR / "manage.py"), *self._command],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 - the child must outlive nobody
        )

    def keep_alive(self) -> None:
        """Start again what ended by itself, at most every few seconds."""
        if self._process and self._process.poll() is not None and time.monotonic() > self._started + RESTART_SECONDS:
            log.error("run_workers ended with %s and is started again", self._process.returncode)
            self.start()

    def stop(self) -> None:
        """Let them finish what they hold, then end them."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def runtime_workers(*, processes: int, slots: int) -> Iterator[RuntimeWorkers]:
    """Workers for as long as the block runs; none when `processes` is 0."""
    workers = RuntimeWorkers(processes=processes, slots=slots)
    if processes:
        workers.start()
    try:
        yield workers
    finally:
        workers.stop()


class Server(uvicorn.Server):
    """uvicorn that also looks after the workers."""

    def __init__(self, config: uvicorn.Config, workers: RuntimeWorkers) -> None:
        super().__init__(config)
        self._workers = workers

    async def on_tick(self, counter: int) -> bool:
        self._workers.keep_alive()
        return await super().on_tick(counter)


class Processes(Multiprocess):
    """uvicorn in several processes, the parent of which also looks after the workers."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket, workers: RuntimeWorkers) -> None:
        super().__init__(config, sockets=[listener])
        self._workers = workers

    def keep_subprocess_alive(self) -> None:
        self._workers.keep_alive()
        super().keep_subprocess_alive()


def serve(listener: socket.socket, *, workers: RuntimeWorkers, processes: int = 1) -> None:
    """Answers requests until SIGTERM or SIGINT, which it passes on to the handlers that were there before."""
    config = uvicorn.Config(
        "project.asgi:application",
        workers=processes,
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        **OPTIONS,
    )
    if processes > 1:
        Processes(config, listener, workers).run()
    else:
        Server(config, workers).run(sockets=[listener])
