"""The runtimes that models may need, by the names of MODEL_RUNTIMES."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def paths() -> dict[str, str]:
    """Name -> module and class. Raises `ImproperlyConfigured` for an entry that isn't name=module.Class."""
    found: dict[str, str] = {}
    for entry in settings.MODEL_RUNTIMES:
        name, _, path = entry.partition("=")
        if not name or "." not in path:
            raise ImproperlyConfigured(f'MODEL_RUNTIMES: "{entry}" must be name=module.Class.')
        found[name] = path
    return found
