"""The one error of this package."""


class ServerError(Exception):
    """The server can't be run; the message says what to do, or ends with what the server said itself."""
