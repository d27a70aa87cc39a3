"""The canonical form: one value, one sequence of bytes, whichever server it comes from.

Two values are equal when their bytes are; NULL is None and equals nothing but itself. The form is fixed by `VERSION`
and by the committed vectors beside this module: a change of either is another version, and what was proved under the
old one says so.
"""

from .types import EXACT, Compared, Rule, Type

VERSION = 1

__all__ = ["EXACT", "VERSION", "Compared", "Rule", "Type"]
