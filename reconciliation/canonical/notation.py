"""Canonical types as text, such as `map<text,list<decimal>>`, and back."""

import re
from typing import NoReturn

from project.api.errors import InvalidRequest

from .types import NAMES, Type

SIZES = {"integer": (1, 2, 4, 8), "float": (4, 8)}
UNITS = {"time": ("s", "ms", "us"), "timestamp": ("s", "ms", "us")}
ELEMENTS = {"list": 1, "set": 1, "map": 2}
_TOKEN = re.compile(r'\s*("(?:[^"]|"")*"|\w+|[<>(),])')
_PLAIN = re.compile(r"\w+")


def parse(text: str) -> Type:
    """The type that `text` names. Raises `InvalidRequest` (400) that says what is wrong with it."""
    reader = _Reader(text)
    found = reader.type()
    if reader.next():
        reader.refuse("ends too late")
    return found


def written(type_: Type) -> str:
    """The inverse of `parse`."""
    argument = type_.size or type_.unit
    if argument is not None:
        return f"{type_.name}({argument})"
    if not type_.of:
        return type_.name
    inner = [written(one) for one in type_.of]
    if type_.fields:
        inner = [f"{_quoted(name)} {one}" for name, one in zip(type_.fields, inner, strict=True)]
    return f"{type_.name}<{','.join(inner)}>"


def _quoted(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"'


class _Reader:
    """One pass over the words of a type."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[str] = []
        place = 0
        while match := _TOKEN.match(text, place):
            self.words.append(match[1])
            place = match.end()
        if text[place:].strip():
            self.refuse(f"can't be read from {text[place:].strip()!r} on")
        self.words.reverse()

    def next(self) -> str:
        return self.words.pop() if self.words else ""

    def sees(self, word: str) -> bool:
        return bool(self.words) and self.words[-1] == word

    def expect(self, word: str) -> None:
        if self.next() != word:
            self.refuse(f"needs {word!r}")

    def refuse(self, why: str) -> NoReturn:
        raise InvalidRequest.field("type", f"{self.text!r} {why}; a type is one of {', '.join(sorted(NAMES))}.")

    def type(self) -> Type:
        name = self.next()
        if name not in NAMES:
            self.refuse(f"names no type: {name!r}" if name else "ends too early")
        if name in SIZES:
            return Type(name, size=self._size(name))
        if name in UNITS:
            return Type(name, unit=self._unit(name))
        if name == "record":
            return self._record()
        if name == "tuple" or name in ELEMENTS:
            return self._collection(name)
        return Type(name)

    def _argument(self) -> str:
        self.expect("(")
        word = self.next()
        self.expect(")")
        return word

    def _size(self, name: str) -> int:
        word = self._argument()
        if word not in map(str, SIZES[name]):
            self.refuse(f"needs the bytes of its {name}: {', '.join(map(str, SIZES[name]))}")
        return int(word)

    def _unit(self, name: str) -> str:
        word = self._argument()
        if word not in UNITS[name]:
            self.refuse(f"needs the unit of its {name}: {', '.join(UNITS[name])}")
        return word

    def _collection(self, name: str) -> Type:
        self.expect("<")
        inner = [self.type()]
        while self.sees(","):
            self.next()
            inner.append(self.type())
        self.expect(">")
        if len(inner) != ELEMENTS.get(name, len(inner)):
            self.refuse(f"gives a {name} {len(inner)} types")
        return Type(name, tuple(inner))

    def _record(self) -> Type:
        names: list[str] = []
        inner: list[Type] = []
        self.expect("<")
        while True:
            word = self.next()
            if not word or (not word.startswith('"') and not _PLAIN.fullmatch(word)):
                self.refuse("needs the name of each field")
            names.append(word[1:-1].replace('""', '"') if word.startswith('"') else word)
            inner.append(self.type())
            if not self.sees(","):
                break
            self.next()
        self.expect(">")
        return Type("record", tuple(inner), fields=tuple(names))
