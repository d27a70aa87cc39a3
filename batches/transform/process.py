"""The process that works on batches, as metrics tell of it."""

import os
import socket

import psutil


def name() -> str:
    """Host and number of this process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def memory_bytes() -> int:
    """What this process holds in memory now."""
    return int(psutil.Process().memory_info().rss)
