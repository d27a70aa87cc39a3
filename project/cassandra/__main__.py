"""python -m project.cassandra: sees that a node could be started, and fetches its jars when they aren't there."""

import sys

from project.cassandra import NodeError, java


def main() -> int:
    """Returns the exit code: 0 when everything is there, 3 when something it needs is missing."""
    try:
        sys.stdout.write(f"{java.java()} {java.jars()}\n")
    except NodeError as error:
        sys.stderr.write(f"{error}\n")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
