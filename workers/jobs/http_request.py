"""`http.request`: a job that calls a web service on the allow-list and keeps its answer as output."""

import json
from typing import Annotated, Any, Literal
from urllib.parse import quote, urljoin

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workers.handlers import Claim, Permanent, handler
from workers.jobs import outbound
from workers.jobs.deadline import within

RETRIED = {408, 425, 429}  # besides 500 and above
REDIRECTS = {301, 302, 303, 307, 308}
MOST_REDIRECTS = 5
SHOWN = 300  # characters of a refusal's body in the error

HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", max_length=200)]
HeaderValue = Annotated[str, Field(pattern=r"^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$", max_length=8000)]
OURS = {"host", "content-length", "transfer-encoding", "connection", "accept-encoding"}


class Unanswered(Exception):
    """The service did not do it this time; another attempt may help."""


class Config(BaseModel):
    """The job's config."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: str = Field(max_length=8000)
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    headers: dict[HeaderName, HeaderValue] = {}
    document: Any = Field(default=None, alias="json")
    text: str | None = Field(default=None, alias="body")
    timeout_seconds: float = Field(default=30.0, gt=0, le=600, alias="timeoutSeconds")

    @property
    def content(self) -> bytes | None:
        """The body to send."""
        if "document" in self.model_fields_set:
            return json.dumps(self.document).encode()
        return None if self.text is None else self.text.encode()


@handler("http.request", backoff_seconds=5.0)
def http_request(claim: Claim) -> dict[str, Any]:
    """Sends the request and returns status, headers and body of a 2xx answer.

    5xx, 408, 425, 429 and a connection that fails are tried again; any other answer fails the job for good. A GET
    follows redirects within the same host. What isn't a GET carries an Idempotency-Key that is the same for each
    attempt at this job.
    """
    config = _config(claim.payload)
    return _output(within(config.timeout_seconds, _answer(config, claim), claim))


async def _answer(config: Config, claim: Claim) -> outbound.Answer:
    """That of the last redirect."""
    url, headers = config.url, _headers(config, claim)
    for _ in range(MOST_REDIRECTS + 1):
        answer = await outbound.call(outbound.Call(config.method, url, headers, config.content, config.timeout_seconds))
        if answer.status not in REDIRECTS:
            return answer
        url = _redirected(config, url, answer)
    raise Permanent(f"{outbound.shown(config.url)} redirects more than {MOST_REDIRECTS} times.")


def _config(payload: dict[str, Any]) -> Config:
    try:
        config = Config.model_validate(payload)
    except ValidationError as error:
        first = error.errors()[0]
        raise Permanent(f"config.{'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    if config.text is not None and "document" in config.model_fields_set:
        raise Permanent("config: json and body exclude each other.")
    if taken := sorted(name for name in config.headers if name.lower() in OURS):
        raise Permanent(f"config.headers.{taken[0]}: this header is set by the worker.")
    return config


def _headers(config: Config, claim: Claim) -> dict[str, str]:
    headers = {"user-agent": "tutup", "accept": "*/*"}
    if config.method not in {"GET", "HEAD"}:
        headers["idempotency-key"] = f"exec-{claim.execution_id}/{quote(claim.key, safe='')}"
    if "document" in config.model_fields_set:
        headers["content-type"] = "application/json"
    return headers | {name.lower(): value for name, value in config.headers.items()}


def _redirected(config: Config, url: str, answer: outbound.Answer) -> str:
    target = urljoin(url, answer.headers.get("location", ""))
    here, there = outbound.shown(url), outbound.shown(target)
    if config.method not in {"GET", "HEAD"}:
        raise Permanent(f"{here} redirects a {config.method} to {there}. Send it there.")
    if not outbound.same_host(url, target):
        raise Permanent(f"{here} redirects to another host: {there}. Call that if it is what you want.")
    return target


def _output(answer: outbound.Answer) -> dict[str, Any]:
    if answer.status >= 500 or answer.status in RETRIED:
        raise Unanswered(f"It answered {answer.status}: {answer.text[:SHOWN]}")
    if not 200 <= answer.status < 300:
        raise Permanent(f"It answered {answer.status}: {answer.text[:SHOWN]}")
    return {"status": answer.status, "headers": answer.headers, "body": _body(answer)}


def _body(answer: outbound.Answer) -> Any:
    """JSON as what it says, anything else as text."""
    if "json" not in answer.headers.get("content-type", "") or not answer.text:
        return answer.text
    try:
        return json.loads(answer.text)
    except ValueError as error:
        raise Permanent(f"The answer says that it is JSON and isn't: {error}") from error
