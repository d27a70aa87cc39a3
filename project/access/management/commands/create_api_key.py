"""`manage.py create_api_key --name NAME --role ROLE [--role ROLE] [--owner USER] [--expires DATE] [--json]`"""

import json
from datetime import datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from project.access import keys
from project.access.api.keys import created
from project.access.roles import Role
from project.api.errors import ApiError


class Command(BaseCommand):
    help = "Make an API key and print it, this once. Only its digest is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="what the key is for")
        parser.add_argument("--role", action="append", required=True, choices=list(Role), dest="roles")
        parser.add_argument("--owner", help="a user's name; made without a password if there is none (default: --name)")
        parser.add_argument("--expires", help="2027-12-31, or a moment with its offset; never by default")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = keys.create(
                name=options["name"],
                owner=keys.service_owner(options["owner"] or options["name"]),
                roles=[Role(role) for role in options["roles"]],
                expires_at=_moment(options["expires"]),
            )
        except ApiError as error:
            raise CommandError(error.message) from error
        if options["json"]:
            self.stdout.write(json.dumps(created(made)))
        else:
            self.stdout.write(made.secret)
            self.stderr.write(f"Key {made.key.prefix} of {made.key.owner}: {', '.join(made.key.roles)}. Keep it now.")


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = parse_datetime(text) if "T" in text or " " in text else None
        day = parse_date(text) if moment is None else None
    except ValueError as error:
        raise CommandError(f"--expires: {error}.") from error
    if moment is None and day is not None:
        moment = datetime.combine(day, time.max)
    if moment is None:
        raise CommandError("--expires: write a date as 2027-12-31, or a moment as 2027-12-31T18:00:00+07:00.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
