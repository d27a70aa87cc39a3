"""Accounting periods: made, opened, closed, locked, reopened, and excepted from their lock."""

import calendar
import re
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from batches.ledger.models import AccountingPeriod, PeriodException, PeriodStatus, Prerequisite, PrerequisiteKind
from project.access import audit
from project.api.errors import InvalidRequest, NotFound
from project.postgres import sql

CODE = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
LONGEST_EXCEPTION_DAYS = 31


def get(code: str) -> AccountingPeriod:
    """The period of that code. Raises `NotFound`."""
    period = AccountingPeriod.objects.filter(code=code).first()
    if period is None:
        raise NotFound(f"There is no period {code}. Make it with POST /api/v1/periods or manage.py period open.")
    return period


def ensure(
    code: str, *, actor: User | None = None, status: PeriodStatus = PeriodStatus.OPEN
) -> tuple[AccountingPeriod, bool]:
    """The period of a month like 2025-01, made with its prerequisites if it isn't there; and whether it was made.

    Raises `InvalidRequest` when the code is no month.
    """
    start, end = month(code)
    with transaction.atomic():
        period, made = AccountingPeriod.objects.get_or_create(
            code=code,
            defaults={"start_date": start, "end_date": end, "status": status, "status_changed_at": timezone.now()},
        )
        for kind in PrerequisiteKind.objects.all():
            Prerequisite.objects.get_or_create(period=period, code=kind.code)
        if made:
            audit.record(operation="period.create", target=code, after={"status": period.status}, actor=actor)
    return period, made


def month(code: str) -> tuple[date, date]:
    """First and last day of a month like 2025-01. Raises `InvalidRequest`."""
    found = CODE.fullmatch(code)
    if not found or not 1900 <= int(found[1]) <= 2199:
        raise InvalidRequest.field("period", f"{code!r} is no month. Write it as 2025-01.")
    year, number = int(found[1]), int(found[2])
    return date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])


def open_period(*, period: AccountingPeriod, actor: User | None, reason: str = "") -> AccountingPeriod:
    """FUTURE to OPEN."""
    return _move(period, PeriodStatus.OPEN, "period.open", actor, reason)


def start_closing(*, period: AccountingPeriod, actor: User | None, reason: str = "") -> AccountingPeriod:
    """OPEN to CLOSING: the close has begun; month-end batches still post."""
    return _move(period, PeriodStatus.CLOSING, "period.start_closing", actor, reason)


def close(*, period: AccountingPeriod, actor: User | None, reason: str = "") -> AccountingPeriod:
    """OPEN or CLOSING to CLOSED. Waits for a commit that is under way; refused while a batch of the period runs."""
    return _move(period, PeriodStatus.CLOSED, "period.close", actor, reason)


def lock(*, period: AccountingPeriod, actor: User | None, reason: str = "") -> AccountingPeriod:
    """CLOSED to LOCKED, for good: from then on only an exception lets anybody post."""
    return _move(period, PeriodStatus.LOCKED, "period.lock", actor, reason)


def reopen(*, period: AccountingPeriod, actor: User | None, reason: str) -> AccountingPeriod:
    """CLOSED to OPEN, for the latest closed period only; an open CLOSING is taken back the same way."""
    return _move(period, PeriodStatus.OPEN, "period.reopen", actor, _required(reason))


def _move(
    period: AccountingPeriod, status: PeriodStatus, operation: str, actor: User | None, reason: str
) -> AccountingPeriod:
    """One move. The trigger decides whether it is legal (TU203, a `Conflict`) and sees what a waiting move changed."""
    with transaction.atomic():
        before = sql.value("SELECT status FROM accounting_period WHERE id = %s FOR NO KEY UPDATE", [period.pk])
        sql.routine("ledger.move_period", period.pk, str(status))
        details = {"reason": reason} if reason else None
        audit.record(
            operation=operation,
            target=period.code,
            before={"status": before},
            after={"status": str(status)},
            details=details,
            actor=actor,
        )
    period.refresh_from_db()
    return period


def grant_exception(
    *,
    period: AccountingPeriod,
    user: User,
    reason: str,
    ends_at: datetime,
    starts_at: datetime | None = None,
    actor: User | None = None,
) -> PeriodException:
    """Let one user post into a closed or locked period until a moment, at most 31 days on."""
    starts = starts_at or timezone.now()
    if ends_at <= max(starts, timezone.now()):
        raise InvalidRequest.field("ends_at", "Must be later than now and than its start.")
    if (ends_at - starts).days >= LONGEST_EXCEPTION_DAYS:
        raise InvalidRequest.field("ends_at", f"An exception lasts at most {LONGEST_EXCEPTION_DAYS} days.")
    with transaction.atomic():
        granted = PeriodException.objects.create(
            period=period, user=user, reason=_required(reason), starts_at=starts, ends_at=ends_at
        )
        after = {"user": user.get_username(), "ends_at": ends_at.isoformat(), "reason": reason}
        audit.record(operation="period.grant_exception", target=period.code, after=after, actor=actor)
    return granted


def revoke_exception(*, exception: PeriodException, actor: User | None) -> PeriodException:
    """End an exception now; one that has been revoked stays as it was."""
    with transaction.atomic():
        ended = PeriodException.objects.filter(pk=exception.pk, revoked_at=None).update(revoked_at=timezone.now())
        if ended:
            audit.record(
                operation="period.revoke_exception",
                target=exception.period.code,
                before={"user": exception.user.get_username(), "ends_at": exception.ends_at.isoformat()},
                actor=actor,
            )
    exception.refresh_from_db()
    return exception


def _required(reason: str) -> str:
    if not reason.strip():
        raise InvalidRequest.field("reason", "Say why.")
    return reason.strip()
