"""Items of several submissions on their way through one model."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from batches.processor.submission import Item, request_id
from workers.handlers import Claim

Result = dict[str, Any]


@dataclass
class Part:
    """The items of one engine job. `results` has a place for each, None until it ended."""

    claim: Claim
    batch: int
    number: int
    version_id: int
    items: list[Item]
    first: int  # place of its first item in the submission, from 0
    waited_ms: float = 0.0
    compute_ms: float = 0.0
    failed: int = 0
    error: str | None = None  # of the first item that failed
    open: int = 0
    results: list[Result | None] = field(default_factory=list)

    @classmethod
    def of(cls, claim: Claim) -> "Part":
        payload = claim.payload
        items = payload["items"]
        return cls(
            claim=claim,
            batch=claim.execution_id,
            number=int(claim.key),
            version_id=payload["version"],
            items=items,
            first=payload["first"],
            open=len(items),
            results=[None] * len(items),
        )

    def succeed(self, place: int, *, output: Any, confidence: float | None, share_ms: float) -> None:
        """`share_ms`: the item's share of the run that it was in."""
        self.compute_ms += share_ms
        self._end(place, output=output, confidence=confidence, processing_time_ms=round(share_ms, 3))

    def fail(self, place: int, reason: str) -> None:
        self.failed += 1
        if self.error is None:
            self.error = reason
        self._end(place, output=None, confidence=None, processing_time_ms=None, error=reason)

    def fail_rest(self, reason: str) -> None:
        """Every item that has no result yet."""
        for place, result in enumerate(self.results):
            if result is None:
                self.fail(place, reason)

    def _end(self, place: int, **members: Any) -> None:
        self.results[place] = {"request_id": request_id(self.items[place], self.first + place), **members}
        self.open -= 1

    def json(self) -> str:
        """The results. Items whose output is no JSON fail, so look at `failed` afterwards."""
        try:
            return _json(self.results)
        except orjson.JSONEncodeError:
            for place, result in enumerate(self.results):
                self._refuse_no_json(place, result)
            return _json(self.results)

    def _refuse_no_json(self, place: int, result: Result | None) -> None:
        try:
            _json(result)
        except orjson.JSONEncodeError as error:
            self.open += 1  # it had ended
            self.fail(place, f"the model's output is no JSON: {str(error)[:500]}")


def _json(document: Any) -> str:
    return orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY).decode()


class Waiting(NamedTuple):
    """An item that is ready to run."""

    part: Part
    place: int
    input: Any


def waiting(parts: Iterable[Part], prepared: Iterable[Any]) -> list[Waiting]:
    """The items of the parts in order, each with its input as the runtime made it; those it refused fail."""
    places = ((part, place) for part in parts for place in range(len(part.items)))
    found: list[Waiting] = []
    for (part, place), given in zip(places, prepared, strict=True):
        if isinstance(given, Exception):
            part.fail(place, str(given))
        else:
            found.append(Waiting(part, place, given))
    return found
