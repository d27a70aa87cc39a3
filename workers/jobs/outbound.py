"""Calls to hosts on the allow-list, at addresses that were checked: a name that turns out to be this network's own is
refused unless its address is listed as well."""

import socket
import ssl
import time
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv6Address, ip_address

import httpx
from django.conf import settings

from workers.handlers import Claim, Permanent

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Call:
    """One request. `seconds` is for the whole exchange."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes | None
    seconds: float


@dataclass(frozen=True)
class Answer:
    """What came back. Headers by lower-case name; cookies are left out."""

    status: int
    headers: dict[str, str]
    text: str


def call(request: Call, claim: Claim) -> Answer:
    """Sends it and reads the answer, as long as the claim holds.

    Raises `Permanent` for a host, an address or an answer that isn't allowed, and httpx's errors or `OSError` when the
    exchange fails.
    """
    url = _parsed(request.url)
    port = url.port or PORTS[url.scheme]
    end = time.monotonic() + request.seconds
    failure: httpx.HTTPError | None = None
    for address in _addresses(url.raw_host.decode(), port):
        try:
            return _exchange(request, url, address, end, claim)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            failure = error  # the host may have another address that works
    assert failure is not None
    raise failure


def same_host(one: str, other: str) -> bool:
    """Whether a redirect may be followed: the same host, and not from HTTPS back to HTTP."""
    first, second = _parsed(one), _parsed(other)
    return first.raw_host == second.raw_host and (first.scheme, second.scheme) != ("https", "http")


def _parsed(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise Permanent(f"config.url: {error}") from error
    if url.scheme not in PORTS or not url.host:
        raise Permanent("config.url: must begin with http:// or https:// and a host.")
    if url.userinfo:
        raise Permanent("config.url: credentials belong into a header, where no log shows them.")
    return url


def _addresses(host: str, port: int) -> list[str]:
    """Where the host may be called, best first."""
    if not _listed(host, port):
        raise Permanent(f"{host}:{port} may not be called: HTTP_JOB_HOSTS doesn't list it.")
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
    allowed = [address for address in addresses if _is_public(address) or _listed(address, port)]
    if not allowed:
        raise Permanent(
            f"{host} is {', '.join(addresses)}, which isn't public: HTTP_JOB_HOSTS has to list the address as well."
        )
    return allowed


def _listed(host: str, port: int) -> bool:
    return any(entry.covers(host, port) for entry in settings.HTTP_JOB_HOSTS)


def _is_public(text: str) -> bool:
    address = ip_address(text)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    address = mapped or address
    return address.is_global and not address.is_multicast


def _exchange(request: Call, url: httpx.URL, address: str, end: float, claim: Claim) -> Answer:
    """Connects to the address that was checked; the name stays in the Host header and the certificate's check."""
    left = max(end - time.monotonic(), 0.001)
    with (
        httpx.Client(verify=_certificates(), trust_env=False, timeout=left) as client,  # a proxy would look up again
        client.stream(
            request.method,
            url.copy_with(host=address),
            headers={**request.headers, "host": url.netloc.decode(), "accept-encoding": "identity"},
            content=request.content,
            extensions={"sni_hostname": url.raw_host.decode()},
        ) as response,
    ):
        if response.headers.get("content-encoding", "identity") != "identity":
            raise Permanent("The answer is compressed though it was asked not to be.")
        body = _read(response, end, claim)
    headers = {name.lower(): value for name, value in response.headers.items() if name.lower() != "set-cookie"}
    return Answer(response.status_code, headers, _text(body, response.charset_encoding))


def _read(response: httpx.Response, end: float, claim: Claim) -> bytes:
    body = bytearray()
    for chunk in response.iter_raw():
        claim.stop_if_asked()
        body += chunk
        if len(body) > settings.HTTP_JOB_MAX_BYTES:
            raise Permanent(f"The answer is larger than HTTP_JOB_MAX_BYTES ({settings.HTTP_JOB_MAX_BYTES} bytes).")
        if time.monotonic() > end:
            raise httpx.ReadTimeout("The answer took longer than timeoutSeconds.")
    return bytes(body)


def _text(body: bytes, charset: str | None) -> str:
    try:
        return body.decode(charset or "utf-8", errors="replace")
    except LookupError:  # a charset that nobody knows
        return body.decode(errors="replace")


@cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context()  # SSL_CERT_FILE names others than those of certifi
