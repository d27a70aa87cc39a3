"""`manage.py period list|open|close|lock|reopen|exception [MONTH] ...`"""

import json
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from batches.ledger.models import AccountingPeriod, PeriodStatus
from batches.ledger.services import periods
from project.commands import ExitCode, ProductCommand


class Command(ProductCommand):
    help = "List accounting periods and move them: open, close, lock, reopen, exception."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        for verb, told in (
            ("list", "all periods, the latest first"),
            ("open", "make the month's period, or open one that is FUTURE"),
            ("close", "take no more entries"),
            ("lock", "close for good"),
            ("reopen", "take entries again; only the latest closed one"),
            ("exception", "let one user post into a closed or locked period for a while"),
        ):
            self._add_verb(verbs.add_parser(verb, help=told), verb)

    def _add_verb(self, parser: CommandParser, verb: str) -> None:
        if verb != "list":
            parser.add_argument("month", help="like 2025-01")
            parser.add_argument("--reason", default="", help="kept in the audit trail", required=verb in NEEDS_REASON)
        if verb == "exception":
            parser.add_argument("--user", required=True, help="who may post")
            parser.add_argument("--hours", type=float, default=24.0, help="how long, from now (24)")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        verb, found = options["verb"], []
        if verb == "list":
            found = list(AccountingPeriod.objects.all())
        elif verb == "open":
            found = [self._open(options["month"], options["reason"])]
        else:
            found = [self._change(verb, periods.get(options["month"]), options)]
        if options["json"]:
            self.stdout.write(json.dumps({"periods": [_told(period) for period in found]}))
            return
        for period in found:
            self.stdout.write("{period}  {start_date} to {end_date}  {status}".format(**_told(period)))
        if not found:
            self.stdout.write("There is no period yet. `manage.py period open 2025-01` makes one.")

    def _open(self, month: str, reason: str) -> AccountingPeriod:
        period, made = periods.ensure(month)
        if made or period.status == PeriodStatus.OPEN:
            return period
        if period.status != PeriodStatus.FUTURE:
            raise CommandError(f"Period {month} is {period.status}. Use reopen.", returncode=int(ExitCode.DIFFERENCES))
        return periods.open_period(period=period, actor=None, reason=reason)

    def _change(self, verb: str, period: AccountingPeriod, options: dict[str, Any]) -> AccountingPeriod:
        if verb == "exception":
            return self._except(period, options)
        move = {"close": periods.close, "lock": periods.lock, "reopen": periods.reopen}[verb]
        return move(period=period, actor=None, reason=options["reason"])

    def _except(self, period: AccountingPeriod, options: dict[str, Any]) -> AccountingPeriod:
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['user']}.", returncode=int(ExitCode.USAGE))
        ends_at = timezone.now() + timedelta(hours=options["hours"])
        granted = periods.grant_exception(period=period, user=user, reason=options["reason"], ends_at=ends_at)
        self.stderr.write(f"{user} may post into {period.code} until {granted.ends_at:%Y-%m-%d %H:%M} UTC.")
        return period


NEEDS_REASON = {"reopen", "exception"}


def _told(period: AccountingPeriod) -> dict[str, str]:
    return {
        "period": period.code,
        "start_date": period.start_date.isoformat(),
        "end_date": period.end_date.isoformat(),
        "status": period.status,
    }
