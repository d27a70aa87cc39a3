"""Compiled pipelines, kept as long as their versions are used."""

from functools import lru_cache
from typing import Any

from batches.transform.models import PipelineVersion

from .checking import read
from .compiled import Compiled
from .secrets import secret_or_none

KEPT = 128


def compiled(version: PipelineVersion) -> Compiled:
    """The closures of a version, made once per process. Raises a 503 where its pseudonyms have no secret."""
    return _compiled(_Key(version), secret_or_none())


class _Key:
    """A version as a key: steps never change, and a number may come again only in another database."""

    def __init__(self, version: PipelineVersion) -> None:
        self.steps = version.steps
        self._identity = (version.pk, version.created_at)

    def __hash__(self) -> int:
        return hash(self._identity)

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, _Key) and other._identity == self._identity


@lru_cache(maxsize=KEPT)
def _compiled(key: _Key, _secret: str) -> Compiled:
    return Compiled(read(key.steps))
