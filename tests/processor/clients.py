"""The contract's own clients, word for word: `seed/clients.md` is a copy of the sections that have them."""

from pathlib import Path

from tests.docs.pages import blocks

PAGE = Path(__file__).with_name("seed") / "clients.md"
ADDRESS, KEY = "localhost:8000", "your-api-key"


def source(language: str, name: str, *, server: str, key: str) -> str:
    """The block of a language in which a class of this name stands; only address and key are put in their place."""
    (found,) = [block for block in blocks(PAGE, language) if f"class {name}" in block]
    return found.replace(ADDRESS, server.removeprefix("http://")).replace(KEY, key)
