"""What a graph is made of."""

from collections import Counter
from typing import NamedTuple


class Edge(NamedTuple):
    """`child` waits for `parent`; `loose` when it goes on even if the parent fails."""

    parent: int
    child: int
    loose: bool = False


class Node(NamedTuple):
    """A job. `kind` is its type; `address` its page."""

    id: int
    label: str
    kind: str
    state: str
    address: str = ""


class Box(NamedTuple):
    """What is drawn in one place: a job, or several. Those are shown one by one when `listed`, else counted."""

    members: tuple[Node, ...]
    listed: bool = True

    @property
    def single(self) -> bool:
        return len(self.members) == 1

    @property
    def kind(self) -> str:
        kinds = {node.kind for node in self.members}
        return kinds.pop() if len(kinds) == 1 else f"jobs of {len(kinds)} types"

    @property
    def states(self) -> Counter[str]:
        return Counter(node.state for node in self.members)
