"""The job type http.request: what it sends, what it keeps, and whom it refuses to call."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.workers.hands import graph, job, status
from tests.workers.web import Web, certificate_for, reply, web
from workers.handlers import Claim, Permanent, Stopped
from workers.hosts import AllowedHost, allowed_hosts
from workers.jobs import addresses, outbound
from workers.jobs.http_request import Unanswered, http_request
from workers.models import FinishedJob
from workers.runtime import drain


def claim(config: dict[str, Any], **more: Any) -> Claim:
    ids = {
        "job_id": 1,
        "execution_id": 7,
        "key": "call",
        "type": "http.request",
        "attempt": 1,
        "fence": 1,
        "worker_id": 1,
    }
    return Claim(**ids, payload=config, **more)


@pytest.fixture
def allow(settings):
    def hosts(*items: str) -> None:
        settings.HTTP_JOB_HOSTS = allowed_hosts(items)

    return hosts


def ask(server: Web, **config: Any) -> dict[str, Any]:
    return http_request(claim({"url": f"{server.url}/path?q=1", **config}))


def test_a_workflow_calls_a_service_and_keeps_its_answer(allow):
    with web(reply(body=b'{"rows": 3}', content_type="application/json", set_cookie="secret=1")) as server:
        allow(f"127.0.0.1:{server.port}")
        execution = graph(
            job(
                "call", type="http.request", payload={"url": f"{server.url}/orders", "method": "POST", "json": {"n": 1}}
            )
        )
        drain()
    assert status(execution) == "completed"
    output = FinishedJob.objects.get().output
    assert (output["status"], output["body"]) == (200, {"rows": 3})
    assert output["headers"]["content-type"] == "application/json"
    assert "set-cookie" not in output["headers"]
    (asked,) = server.asked
    assert (asked["method"], asked["path"], asked["body"]) == ("POST", "/orders", b'{"n": 1}')
    assert asked["headers"]["content-type"] == "application/json"
    assert asked["headers"]["idempotency-key"] == f"exec-{execution.pk}/call"


def test_the_idempotency_key_of_any_job_is_a_header(allow):
    with web(reply()) as server:
        allow(f"127.0.0.1:{server.port}")
        for key in ("Zürich/1", "Z%C3%BCrich/1"):
            given = claim({"url": server.url, "method": "POST"})
            given.key = key
            http_request(given)
    keys = [asked["headers"]["idempotency-key"] for asked in server.asked]
    assert keys == ["exec-7/Z%C3%BCrich%2F1", "exec-7/Z%25C3%25BCrich%2F1"]


def test_errors_name_addresses_without_their_secrets(allow):
    secret = {"url": "http://127.0.0.1/path?token=secret#secret"}
    location = "/elsewhere?token=secret"
    with web(reply(307, location=location)) as server:
        allow(f"127.0.0.1:{server.port}")
        url = f"{server.url}/path?token=secret#secret"
        foreign = f"http://user:secret@127.0.0.1:{server.port}/"
        said = [str(failure(given)) for given in ({"url": url}, {"url": url, "method": "POST", "text": ""}, secret)]
        said += [str(failure({"url": url, "method": "POST"})), str(failure({"url": foreign}))]
        said += [str(failure({"url": "http://user:sec/ret@127.0.0.1/"}))]
    with web(reply(302, location="http://other.example/?token=secret")) as server:
        allow(f"127.0.0.1:{server.port}")
        said.append(str(failure({"url": f"{server.url}/path?token=secret"})))
    assert [text for text in said if "sec" in text or "token" in text] == []
    assert f"{server.url}/path redirects to another host: http://other.example/." in said[-1]


def failure(config: dict[str, Any]) -> Permanent:
    with pytest.raises(Permanent) as failed:
        http_request(claim(config))
    return failed.value


def test_text_and_headers_are_sent_as_they_are(allow):
    with web(reply(201, b"made")) as server:
        allow(f"127.0.0.1:{server.port}")
        output = ask(server, method="PUT", body="a,b", headers={"Content-Type": "text/csv", "Idempotency-Key": "mine"})
    assert (output["status"], output["body"]) == (201, "made")
    (asked,) = server.asked
    assert asked["body"] == b"a,b"
    assert (asked["headers"]["content-type"], asked["headers"]["idempotency-key"]) == ("text/csv", "mine")
    assert asked["headers"]["host"] == f"127.0.0.1:{server.port}"


def test_a_name_is_called_at_the_address_that_was_checked(allow):
    with web(reply(body=b"hello")) as server:
        allow(f"localhost:{server.port}", f"127.0.0.0/8:{server.port}", f"[::1]:{server.port}")
        output = http_request(claim({"url": f"http://LOCALHOST:{server.port}/"}))
    assert output["body"] == "hello"
    assert server.asked[0]["headers"]["host"] == f"localhost:{server.port}"


def test_a_listed_name_does_not_open_this_network(allow, monkeypatch):
    with web(reply()) as server:
        allow(f"localhost:{server.port}")
        with pytest.raises(Permanent, match=r"which isn't public: HTTP_JOB_HOSTS has to list the address as well"):
            http_request(claim({"url": f"http://localhost:{server.port}/"}))
    assert server.asked == []


def test_a_certificate_is_checked_for_the_name_not_the_address(allow, monkeypatch, tmp_path):
    certificate = certificate_for("service.example", tmp_path)
    trusting = httpx.create_ssl_context(verify=True)
    trusting.load_verify_locations(certificate)
    monkeypatch.setattr(outbound, "_certificates", lambda: trusting)

    def here(host, port, *_, **__):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", here)
    with web(reply(body=b"hello"), certificate=certificate) as server:
        allow(*(f"{host}:{server.port}" for host in ("service.example", "other.example", "127.0.0.1")))
        assert http_request(claim({"url": f"https://service.example:{server.port}/"}))["body"] == "hello"
        with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
            http_request(claim({"url": f"https://other.example:{server.port}/"}))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "::1",
        "fe80::1",
        "::ffff:127.0.0.1",
        "224.0.0.1",
        "0.0.0.0",  # noqa: S104
        "100.64.0.1",
        "64:ff9b::127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::10.0.0.1",
        "2002:7f00:1::1",
        "2002:a00:1::1",
        "2001:0:808:808::f5ff:fffe",
        "::127.0.0.1",
        "fec0::1",
    ],
)
def test_what_is_not_public_is_refused(allow, monkeypatch, address):
    allow("service.example")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(family, socket.SOCK_STREAM, 6, "", (address, 80))])
    with pytest.raises(Permanent, match="isn't public"):
        http_request(claim({"url": "http://service.example/"}))


@pytest.mark.parametrize(
    "url",
    [
        "http://other.example/",
        "http://127.0.0.1/",
        "http://127.0.0.1:81/",
        "https://service.example:8443/",
        "http://service.example.evil.example/",
        "http://2130706433/",
    ],
)
def test_a_host_that_is_not_listed_is_refused(allow, url):
    allow("service.example", "127.0.0.1:8080")
    with pytest.raises(Permanent, match="HTTP_JOB_HOSTS doesn't list it"):
        http_request(claim({"url": url}))


def test_nothing_is_allowed_by_default():
    with pytest.raises(Permanent, match="HTTP_JOB_HOSTS doesn't list it"):
        http_request(claim({"url": "http://127.0.0.1:8000/"}))


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({}, "config.url: Field required"),
        ({"url": "ftp://service.example/"}, "config.url: must begin with http"),
        ({"url": "http://user:secret@service.example/"}, "config.url: credentials belong into a header"),
        ({"url": "http://service.example:port/"}, "config.url: "),
        ({"url": "//"}, "config.url: "),
        ({"url": "http://service.example/", "method": "TRACE"}, "config.method: "),
        ({"url": "http://service.example/", "timeout": 3}, "config.timeout: Extra inputs"),
        ({"url": "http://service.example/", "timeoutSeconds": 0}, "config.timeoutSeconds: "),
        ({"url": "http://service.example/", "json": 1, "body": "1"}, "json and body exclude each other"),
        ({"url": "http://service.example/", "headers": {"Host": "a"}}, "config.headers.Host: "),
        ({"url": "http://service.example/", "headers": {"X": "a\r\nY: b"}}, "config.headers.X: "),
    ],
)
def test_a_config_that_is_wrong_fails_for_good_and_names_the_field(allow, config, named):
    allow("service.example")
    with pytest.raises(Permanent) as refused:
        http_request(claim(config))
    assert str(refused.value).startswith(named) or named in str(refused.value)


@pytest.mark.parametrize("code", [500, 503, 429, 408])
def test_a_service_that_has_trouble_is_asked_again(allow, code):
    with web(reply(code, b"later")) as server:
        allow(f"127.0.0.1:{server.port}")
        with pytest.raises(Unanswered, match=f"It answered {code}: later"):
            ask(server)


@pytest.mark.parametrize("code", [400, 401, 404, 409, 304])
def test_a_refusal_fails_for_good(allow, code):
    with web(reply(code, b"" if code == 304 else b"no")) as server:
        allow(f"127.0.0.1:{server.port}")
        with pytest.raises(Permanent, match=f"It answered {code}"):
            ask(server)


def test_a_job_is_tried_again_and_completes(allow):
    with web(reply(503), reply(body=b"now")) as server:
        allow(f"127.0.0.1:{server.port}")
        execution = graph(job("call", type="http.request", payload={"url": server.url}, backoff_seconds=0))
        drain()
    assert status(execution) == "completed"
    assert len(server.asked) == 2


def test_redirects_within_the_host_are_followed(allow):
    with web(reply(302, location="/next"), reply(body=b"there")) as server:
        allow(f"127.0.0.1:{server.port}")
        assert ask(server)["body"] == "there"
    assert [asked["path"] for asked in server.asked] == ["/path?q=1", "/next"]


def test_redirects_to_other_hosts_ports_and_circles_are_refused(allow):
    with web(reply(302, location="http://localhost/")) as server:
        allow(f"127.0.0.1:{server.port}", "localhost")
        with pytest.raises(Permanent, match="redirects to another host: http://localhost/"):
            ask(server)
    with web(reply(302, location="http://127.0.0.1:1/")) as server:
        allow(f"127.0.0.1:{server.port}")
        with pytest.raises(Permanent, match="HTTP_JOB_HOSTS doesn't list it"):
            ask(server)
    with web(reply(307, location="/")) as server:
        allow(f"127.0.0.1:{server.port}")
        with pytest.raises(Permanent, match="redirects more than 5 times"):
            ask(server)
        with pytest.raises(Permanent, match="redirects a POST"):
            ask(server, method="POST", json={})


def test_an_answer_that_is_too_large_or_compressed_is_refused(allow, settings):
    settings.HTTP_JOB_MAX_BYTES = 1024
    with web(reply(body=b"x" * 1025)) as server:
        allow(f"127.0.0.1:{server.port}")
        with pytest.raises(Permanent, match="HTTP_JOB_MAX_BYTES"):
            ask(server)
    with web(reply(body=b"x", content_encoding="gzip")) as server:
        allow(f"127.0.0.1:{server.port}")
        with pytest.raises(Permanent, match="compressed"):
            ask(server)


def drop_by_drop(to: Any) -> None:
    """Goes on until the other end lets go, for two minutes at most."""
    for _ in range(2400):
        try:
            to.wfile.write(b".")
        except OSError:
            return
        time.sleep(0.05)


@contextmanager
def let_go_early() -> Iterator[None]:
    """Whatever happens in it ends long before that."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < 60


def drip(to: Any) -> None:
    to.send_response(200)
    to.send_header("content-length", "10000")
    to.end_headers()
    drop_by_drop(to)


def test_an_answer_that_trickles_does_not_outlast_the_timeout(allow):
    with web(drip) as server:
        allow(f"127.0.0.1:{server.port}")
        with let_go_early(), pytest.raises(Exception, match="took longer than timeoutSeconds"):
            ask(server, timeoutSeconds=0.3)


def drip_headers(to: Any) -> None:
    to.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    drop_by_drop(to)


def test_headers_that_trickle_do_not_outlast_the_timeout(allow):
    with web(drip_headers) as server:
        allow(f"127.0.0.1:{server.port}")
        with let_go_early(), pytest.raises(Exception, match="took longer than timeoutSeconds"):
            ask(server, timeoutSeconds=0.3)


def test_redirects_share_the_timeout(allow):
    def slowly(to: Any) -> None:
        time.sleep(0.2)
        reply(307, location="/")(to)

    with web(slowly) as server:
        allow(f"127.0.0.1:{server.port}")
        with pytest.raises(Exception, match="took longer than timeoutSeconds"):
            ask(server, timeoutSeconds=0.5)  # six times as long would pass, and the redirects be too many


def test_a_name_that_is_looked_up_for_long_does_not_outlast_the_timeout(allow, monkeypatch):
    allow("service.example")
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(120))
    with let_go_early(), pytest.raises(Exception, match="took longer than timeoutSeconds"):
        http_request(claim({"url": "http://service.example/", "timeoutSeconds": 0.2}))
    over.set()


def test_a_claim_that_is_lost_while_headers_come_lets_go(allow):
    class Lost:
        until = time.monotonic() + 0.3

        def should_stop(self, claim: Claim) -> bool:
            return time.monotonic() > self.until

    with web(drip_headers) as server:
        allow(f"127.0.0.1:{server.port}")
        with let_go_early(), pytest.raises(Stopped):
            http_request(claim({"url": server.url}, control=Lost()))


@pytest.mark.parametrize("address", ["64:ff9b::8.8.8.8", "::ffff:8.8.8.8", "2606:4700::1111", "8.8.8.8"])
def test_what_is_public_is_called(address):
    assert addresses.is_public(address)


def test_a_worker_that_stops_lets_go(allow):
    class Stopping:
        def should_stop(self, claim: Claim) -> bool:
            return True

    with web(drip) as server:
        allow(f"127.0.0.1:{server.port}")
        with pytest.raises(Stopped):
            http_request(claim({"url": server.url}, control=Stopping()))


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("text/plain; charset=latin-1", "grün".encode("latin-1"), "grün"),
        ("text/plain; charset=no-such", b"plain", "plain"),
        ("application/problem+json", b"[1]", [1]),
        ("application/json", b"", ""),
    ],
)
def test_bodies_are_read_as_their_type_says(allow, content_type, body, expected):
    with web(reply(body=body, content_type=content_type)) as server:
        allow(f"127.0.0.1:{server.port}")
        assert ask(server)["body"] == expected


def test_json_that_is_none_fails_for_good(allow):
    with web(reply(body=b"{", content_type="application/json")) as server:
        allow(f"127.0.0.1:{server.port}")
        with pytest.raises(Permanent, match="says that it is JSON"):
            ask(server)


@pytest.mark.parametrize(
    ("item", "host", "port", "covered"),
    [
        ("api.example.com", "api.example.com", 443, True),
        ("api.example.com", "api.example.com", 8443, False),
        ("API.example.com:8443", "api.example.com", 8443, True),
        ("10.1.0.0/16", "10.1.2.3", 80, True),
        ("10.1.0.0/16", "10.2.0.1", 80, False),
        ("10.1.0.0/16:8080", "10.1.0.1", 8080, True),
        ("[fd00::1]:8080", "fd00::1", 8080, True),
        ("fd00::5:80", "fd00::5", 80, False),
        ("fd00::/8", "fd12::1", 443, True),
    ],
)
def test_an_entry_of_the_list_covers_its_host_and_port(item, host, port, covered):
    assert AllowedHost.parse(item).covers(host, port) is covered


@pytest.mark.parametrize("item", ["http://a", "*.example.com", "10.1.0.1/16", "a b", "-a", "a:b"])
def test_an_entry_that_is_no_host_stops_the_program(item):
    with pytest.raises(ImproperlyConfigured, match="HTTP_JOB_HOSTS"):
        allowed_hosts([item])
