"""System checks of the access settings."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution

from project.access import keys

SHORTEST_KEY = 20


@register()
def environment_keys(**_: Any) -> list[CheckMessage]:
    """API_KEYS can be read, and production's are long enough not to be guessed."""
    try:
        found = keys.configured()
    except ValueError as error:
        return [Error(str(error), hint="Mend API_KEYS.", id="tutup.E020")]
    short = [item.name for item in found if len(item.secret) < SHORTEST_KEY]
    if settings.PRODUCTION and short:
        text = f"API_KEYS: shorter than {SHORTEST_KEY} characters: {', '.join(short)}."
        return [Caution(text, hint="Make keys with manage.py create_api_key.", id="tutup.W020")]
    return []
