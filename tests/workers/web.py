"""A web server for jobs to call."""

import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Reply = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Web:
    """What it was asked, and where it is."""

    port: int
    asked: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def web(*replies: Reply, certificate: Path | None = None) -> Iterator[Web]:
    """Serves on 127.0.0.1; the requests get these replies in turn, the last one again and again.

    With a certificate (and its key, in one file) over HTTPS.
    """
    left = list(replies)

    class Answerer(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("content-length", 0))
            served.asked.append(
                {"method": self.command, "path": self.path, "body": self.rfile.read(length), "headers": self.headers}
            )
            (left.pop(0) if len(left) > 1 else left[0])(self)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answerer)
    if certificate is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    served = Web(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def reply(status: int = 200, body: bytes = b"", **headers: str) -> Reply:
    """This answer; `content_type` is written as a header Content-Type, and so on."""

    def send(to: BaseHTTPRequestHandler) -> None:
        to.send_response(status)
        for name, value in {"content_length": str(len(body)), **headers}.items():
            to.send_header(name.replace("_", "-"), value)
        to.end_headers()
        if to.command != "HEAD":
            to.wfile.write(body)

    return send


def certificate_for(name: str, folder: Path) -> Path:
    """A certificate of its own, valid for a day, with its key."""
    file = folder / f"{name}.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={name}"]
    parts = ["-addext", f"subjectAltName=DNS:{name}", "-keyout", str(file), "-out", str(folder / "certificate")]
    subprocess.run([*make, *parts], check=True, capture_output=True)
    file.write_text(file.read_text() + (folder / "certificate").read_text())
    return file
