"""CQL types as trees: from the text of system_schema and from what comes with an answer, so that both compare."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(r"""\s*("(?:[^"]|"")*"|'[^']*'|\w+|[<>,])""")
_PLAIN = re.compile(r"[a-z][a-z0-9_]*")
# The driver's names of what the schema calls otherwise.
_SAME = {"varchar": "text"}
_VECTOR = "org.apache.cassandra.db.marshal.VectorType"


@dataclass(frozen=True)
class Cql:
    """A type. `of` are the types of elements, of key and value or of fields; of a user's type `fields` has the names.

    Whether it is frozen is left out: an answer doesn't say so, and the values are the same.
    """

    name: str
    of: tuple["Cql", ...] = ()
    fields: tuple[str, ...] = ()
    dimension: int | None = None

    def __str__(self) -> str:
        inner = [str(one) for one in self.of]
        if self.fields:
            inner = [f"{quoted(name)} {one}" for name, one in zip(self.fields, inner, strict=True)]
        if self.dimension is not None:
            inner.append(str(self.dimension))
        name = quoted(self.name) if self.fields else self.name
        return f"{name}<{', '.join(inner)}>" if inner else name


UserTypes = Mapping[str, Mapping[str, str]]  # name -> field -> type, of one keyspace


def quoted(name: str) -> str:
    """An identifier as CQL writes it where it needs no quotes, else in quotes."""
    return name if _PLAIN.fullmatch(name) else identifier(name)


def identifier(name: str) -> str:
    """An identifier in quotes: exactly this name."""
    return '"' + name.replace('"', '""') + '"'


def parse(text: str, user_types: UserTypes | None = None) -> Cql:
    """The type that `text` names, a user's type with its fields: those of `user_types`, or as `str` wrote them."""
    words = [found[1] for found in _TOKEN.finditer(text)]
    words.reverse()
    return _type(words, user_types or {})


def _type(words: list[str], user_types: UserTypes) -> Cql:
    name = _name(words.pop())
    if words and words[-1] == "<":
        words.pop()
        return _parameters(name, words, user_types)
    if name in user_types:
        fields = user_types[name]
        return Cql(name, tuple(parse(one, user_types) for one in fields.values()), tuple(fields))
    return Cql(_SAME.get(name, name))


def _parameters(name: str, words: list[str], user_types: UserTypes) -> Cql:
    inner: list[Cql] = []
    fields: list[str] = []
    dimension = None
    while True:
        if words[-1].isdigit():
            dimension = int(words.pop())
        else:
            if words[-2] not in "<>,":  # two names in a row: a field and its type
                fields.append(_name(words.pop()))
            inner.append(_type(words, user_types))
        if words.pop() == ">":
            break
    if name == "frozen":
        return inner[0]
    return Cql(name, tuple(inner), tuple(fields), dimension)


def _name(word: str) -> str:
    return word[1:-1].replace('""', '"') if word.startswith('"') else word


def of_driver(type_: Any) -> Cql:
    """The type of a column of an answer."""
    name = str(type_.typename)
    if name == _VECTOR:
        return Cql("vector", (of_driver(type_.subtype),), dimension=int(type_.vector_size))
    if name in {"frozen", "org.apache.cassandra.db.marshal.ReversedType"}:
        return of_driver(type_.subtypes[0])
    inner = tuple(of_driver(one) for one in type_.subtypes)
    fields = tuple(filter(None, getattr(type_, "fieldnames", None) or ()))  # of an element of a vector a None each
    return Cql(_SAME.get(name, name), inner, fields)
