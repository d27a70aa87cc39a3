"""The key of pseudonyms."""

from django.conf import settings

from project.api.errors import NotReady

UNSET = "TRANSFORM_PSEUDONYM_SECRET is not set. Set it (or the variable with _FILE) to 32 random characters or more."


def pseudonym_secret() -> str:
    """Raises a 503 where there is none: a pseudonym without a secret could be found out by trying."""
    secret = secret_or_none()
    if not secret:
        raise NotReady(UNSET)
    return secret


def secret_or_none() -> str:
    """The secret, empty where there is none."""
    secret: str = settings.TRANSFORM_PSEUDONYM_SECRET
    return secret
