"""The parts of a connection's address."""

import re
from typing import NamedTuple

# as RFC 3986, appendix B, has it; urllib refuses several hosts with an IPv6 address among them, in some versions
_PARTS = re.compile(r"([^:/?#]*)://([^/?#]*)[^?#]*\??([^#]*)")


class Parts(NamedTuple):
    """`authority` is everything before the path: user, password, hosts, ports."""

    scheme: str
    authority: str
    query: str

    @property
    def user(self) -> str:
        """With the password, when there is one."""
        return self.authority.rpartition("@")[0]

    @property
    def hosts(self) -> str:
        return self.authority.rpartition("@")[2]


def parts_of(address: str) -> Parts | None:
    """None for what has no scheme."""
    found = _PARTS.match(address)
    return Parts(*found.groups()) if found else None
