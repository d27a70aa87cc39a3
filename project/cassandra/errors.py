"""The one error of this package."""


class NodeError(Exception):
    """The node can't be run; the message says what to do, or ends with what the node said itself."""
