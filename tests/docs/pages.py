"""The pages that the tests read, and what can be found in them."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def everything() -> str:
    """All pages, one after the other."""
    return "\n".join(text(page) for page in PAGES)


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return [body for found, body in FENCE.findall(text(page)) if found == language]


def links(page: Path) -> list[str]:
    """Where a page's links and pictures lead, addresses on the web left out."""
    return [target for target in LINK.findall(FENCE.sub("", text(page))) if "://" not in target]


def anchors(page: Path) -> set[str]:
    """The names that a page's headings have in links, as GitHub makes them."""
    return {_slug(heading) for heading in HEADING.findall(FENCE.sub("", text(page)))}


def _slug(heading: str) -> str:
    plain = re.sub(r"[^\w\- ]", "", heading.lower())
    return plain.strip().replace(" ", "-")


def first_cells(page: Path, header: str) -> Iterator[str]:
    """What stands in the first column of the tables of a page whose first header is that."""
    inside = False
    for line in text(page).splitlines():
        if not line.startswith("|"):
            inside = False
        elif inside:
            yield line.split("|")[1].strip()
        elif line.split("|")[1].strip() == header:
            inside = True


def names(cell: str) -> list[str]:
    """What stands in code quotes."""
    return re.findall(r"`([^`]+)`", cell)
