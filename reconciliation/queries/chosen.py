"""Which mismatches a list, its export, its neighbours and what is done to all of them are about."""

from collections.abc import Mapping as Given
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Self
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from reconciliation.models import Mismatch, Sighting
from reconciliation.states import MismatchType, Resolution

ALL = "all"


@dataclass(frozen=True)
class Age:
    """A bucket: first seen longer ago than `since`, and no longer ago than `until`."""

    name: str
    title: str
    since: timedelta | None
    until: timedelta | None

    def condition(self, now: datetime) -> Q:
        found = Q()
        if self.since is not None:
            found &= Q(detected_at__lte=now - self.since)
        if self.until is not None:
            found &= Q(detected_at__gt=now - self.until)
        return found


AGES = (
    Age("hour", "up to 1 hour", None, timedelta(hours=1)),
    Age("day", "1 hour to 1 day", timedelta(hours=1), timedelta(days=1)),
    Age("week", "1 to 7 days", timedelta(days=1), timedelta(days=7)),
    Age("month", "7 to 30 days", timedelta(days=7), timedelta(days=30)),
    Age("older", "over 30 days", timedelta(days=30), None),
)
"""By when a mismatch was first seen."""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Filters by their names in the address of the list. Empty is any, but for the status, where `all` is."""

    table: str = ""
    type: str = ""
    status: str = Resolution.PENDING
    age: str = ""
    job: str = ""
    q: str = ""

    @classmethod
    def of(cls, given: Given[str, str]) -> Self:
        """What an address asks for; other parameters of it are left alone."""
        asked = {name: given.get(name, "").replace("\0", "") for name in cls.__dataclass_fields__}
        return cls(**{name: value for name, value in asked.items() if value})

    def query(self) -> str:
        """The inverse of `of`: what differs from the default, for an address."""
        default = asdict(type(self)())
        return urlencode({name: value for name, value in asdict(self).items() if value != default[name]})

    def rows(self, now: datetime | None = None) -> QuerySet[Mismatch]:
        """The mismatches, the newest first."""
        return Mismatch.objects.filter(
            of_table(self.table),
            of_type(self.type),
            of_status(self.status),
            of_age(self.age, now or timezone.now()),
            of_job(self.job),
            of_key(self.q),
        ).order_by("-detected_at", "id")

    def words(self) -> str:
        """For people."""
        parts = [
            "any status" if self.status == ALL else self.status,
            self.type,
            f"table {self.table}" if self.table else "",
            next((f"age {age.title}" for age in AGES if age.name == self.age), ""),
            f"job {self.job}" if self.job else "",
            f"key {self.q}" if self.q else "",
        ]
        return ", ".join(part for part in parts if part)


NONE = Q(pk__in=[])


def of_table(name: str) -> Q:
    """By the table's name in the API."""
    return Q(table_name=name) if name else Q()


def of_status(status: str) -> Q:
    """By the state of resolution."""
    if status == ALL:
        return Q()
    return Q(resolution_status=status) if status in Resolution.values else NONE


def of_type(kind: str) -> Q:
    """By what differs."""
    if not kind:
        return Q()
    return Q(mismatch_type=kind) if kind in MismatchType.values else NONE


def of_age(name: str, now: datetime) -> Q:
    """By the bucket."""
    if not name:
        return Q()
    return next((age.condition(now) for age in AGES if age.name == name), NONE)


def of_job(job: str) -> Q:
    """Those that a job saw, whether it was the first to see them or not."""
    if not job:
        return Q()
    known = identifier(job)
    return Q(pk__in=Sighting.objects.filter(job=known).values("mismatch")) if known else NONE


def of_key(text: str) -> Q:
    """By the whole key as it is shown, or by a mismatch's own id."""
    text = text.strip()
    if not text:
        return Q()
    known = identifier(text)
    return Q(primary_key_value=text) | Q(pk=known) if known else Q(primary_key_value=text)


def identifier(text: str) -> UUID | None:
    """A UUID; None for what isn't one."""
    try:
        return UUID(text)
    except ValueError:
        return None
