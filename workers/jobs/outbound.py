"""Calls to hosts on the allow-list, at addresses that were checked."""

import ssl
from dataclasses import dataclass
from functools import cache

import httpx
from django.conf import settings

from workers.handlers import Permanent
from workers.jobs import addresses

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Call:
    """One request. `seconds` is for connecting; who calls bounds the whole. `any_public`: also to hosts that aren't on
    the list, at public addresses."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes | None
    seconds: float
    any_public: bool = False


@dataclass(frozen=True)
class Answer:
    """What came back. Headers by lower-case name; cookies are left out."""

    status: int
    headers: dict[str, str]
    text: str


async def call(request: Call) -> Answer:
    """Sends it and reads the answer.

    Raises `Permanent` for a host, an address or an answer that isn't allowed, and httpx's errors or `OSError` when the
    exchange fails.
    """
    url = parsed(request.url)
    found = await addresses.allowed(url.raw_host.decode(), port(url), any_public=request.any_public)
    failure: httpx.HTTPError | None = None
    for address in found:
        try:
            return await _exchange(request, url, address, request.seconds / len(found))
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            failure = error  # the host may have another address that works
    assert failure is not None
    raise failure


def shown(text: str) -> str:
    """The address as errors and logs may have it: queries hold keys and tokens."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        return "an address that is none"
    return str(url.copy_with(userinfo=b"", query=None, fragment=None))


def same_host(one: str, other: str) -> bool:
    """Whether a redirect may be followed: the same host, and not from HTTPS back to HTTP."""
    first, second = parsed(one), parsed(other)
    return first.raw_host == second.raw_host and (first.scheme, second.scheme) != ("https", "http")


def port(url: httpx.URL) -> int:
    """The port that is called."""
    return url.port or PORTS[url.scheme]


def parsed(text: str) -> httpx.URL:
    """An address that can be called. Raises `Permanent` for another."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise Permanent("config.url: must be a valid address.") from error  # the reason would quote a part of it
    if url.scheme not in PORTS or not url.host:
        raise Permanent("config.url: must begin with http:// or https:// and a host.")
    if url.userinfo:
        raise Permanent("config.url: credentials belong into a header, where no log shows them.")
    return url


async def _exchange(request: Call, url: httpx.URL, address: str, connect_seconds: float) -> Answer:
    """Connects to the address that was checked; the name stays in the Host header and the certificate's check."""
    timeout = httpx.Timeout(None, connect=connect_seconds)
    async with (
        httpx.AsyncClient(verify=_certificates(), trust_env=False, timeout=timeout) as client,  # no proxy: it looks up
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
        body = await _read(response)
    headers = {name.lower(): value for name, value in response.headers.items() if name.lower() != "set-cookie"}
    return Answer(response.status_code, headers, _text(body, response.charset_encoding))


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > settings.HTTP_JOB_MAX_BYTES:
            raise Permanent(f"The answer is larger than HTTP_JOB_MAX_BYTES ({settings.HTTP_JOB_MAX_BYTES} bytes).")
    return bytes(body)


def _text(body: bytes, charset: str | None) -> str:
    try:
        return body.decode(charset or "utf-8", errors="replace")
    except LookupError:  # a charset that nobody knows
        return body.decode(errors="replace")


@cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context()  # SSL_CERT_FILE names others than those of certifi
