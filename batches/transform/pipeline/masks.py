"""The steps that mask, each `method` with its own options."""

from typing import Annotated, Literal

from pydantic import Field

from .steps import Name, Written

Sign = Annotated[str, Field(pattern=r"^[*#xX.\-_]$", description="What stands for what is hidden")]


class Mask(Written):
    """What all masks share. Null stays null; objects and lists are redacted whole."""

    op: Literal["mask"]
    field: Name


class MaskEmail(Mask):
    """u***r@example.com: the first and the last letter before the @, and the domain."""

    method: Literal["email"]


class MaskPhone(Mask):
    """***-0123: the last four digits, fewer where not three others would stay hidden."""

    method: Literal["phone"]


class MaskPartial(Mask):
    """The first and the last characters; never more than half of the text."""

    method: Literal["partial"]
    first: Annotated[int, Field(ge=0, le=8)] = 1
    last: Annotated[int, Field(ge=0, le=8)] = 1
    char: Sign = "*"


class MaskLast(Mask):
    """The last characters, behind as many signs as are hidden; never more than half of the text."""

    method: Literal["last"]
    keep: Annotated[int, Field(ge=1, le=8)] = 4
    char: Sign = "*"


class MaskHash(Mask):
    """SHA-256 of salt and text, in hexadecimal. Who knows the salt can try out values; `pseudonym` has a secret key."""

    method: Literal["hash"]
    salt: Annotated[str, Field(min_length=8, max_length=200)]


class MaskPseudonym(Mask):
    """The same text always gets the same 26 letters and digits: HMAC-SHA256 with TRANSFORM_PSEUDONYM_SECRET."""

    method: Literal["pseudonym"]
    scope: Annotated[str, Field(max_length=100, description="Texts of different scopes get unlike pseudonyms")] = ""


class MaskRedact(Mask):
    """A fixed text in place of any value."""

    method: Literal["redact"]
    text: Annotated[str, Field(max_length=100)] = "***"
