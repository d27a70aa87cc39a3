"""YAML with its line numbers: each value knows where it stood, and nothing is taken silently."""

from collections.abc import Iterator
from typing import Any

import yaml

from project.api.errors import InvalidRequest

Path = tuple[str | int, ...]
LARGEST = 4 * 1024 * 1024


class Document:
    """A file that was read: `content`, and the line of each value in it."""

    def __init__(self, name: str, text: str) -> None:
        """Raises `InvalidRequest` with the line of what isn't YAML, of a doubled name and of an alias."""
        self.name = name
        if len(text) > LARGEST:
            raise InvalidRequest(f"{name} has more than {LARGEST:,} characters.")
        try:
            _refuse_aliases(name, text)
            node = yaml.compose(text, Loader=yaml.SafeLoader)
            self.content: Any = yaml.safe_load(text)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = f"{name} line {mark.line + 1}" if mark else name
            raise InvalidRequest(f"{where}: {error.problem or error.context}.") from error
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise InvalidRequest(f"{name} can't be read: {_one_line(error)}.") from error
        self._lines: dict[Path, int] = dict(_walk(name, node, ())) if node is not None else {}

    def at(self, path: Path) -> str:
        """Where a value stands, or what would contain it: file.yaml line 7."""
        known = path
        while known and known not in self._lines:
            known = known[:-1]
        return f"{self.name} line {self._lines.get(known, 1)}"


def _refuse_aliases(name: str, text: str) -> None:
    """An alias can make a few lines into gigabytes; nothing here needs one."""
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1  # type: ignore[union-attr]  # an event of a text has its marks
            raise InvalidRequest(f"{name} line {line}: write the value out, the alias *{event.anchor} isn't taken.")


def _walk(name: str, node: yaml.Node, path: Path, mark: yaml.Mark | None = None) -> Iterator[tuple[Path, int]]:
    """Each path with the line of its name; of an item of a list, with its own."""
    yield path, (mark or node.start_mark).line + 1
    if isinstance(node, yaml.SequenceNode):
        for place, one in enumerate(node.value):
            yield from _walk(name, one, (*path, place))
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise InvalidRequest(f"{name} line {key.start_mark.line + 1}: {key.value} stands there twice.")
            seen.add(key.value)
            yield from _walk(name, value, (*path, key.value), key.start_mark)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
