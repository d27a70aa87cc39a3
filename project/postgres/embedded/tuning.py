"""Settings of the embedded server: fitted to this machine's memory, for one machine that nobody replicates."""

import os
from pathlib import Path

MEGABYTE = 1024 * 1024
SMALLEST_SHARED_MEMORY = 256 * MEGABYTE  # of /dev/shm; containers often have 64 MB, too little for parallel queries


def settings(version: int) -> dict[str, str]:
    """Server settings by name.

    `wal_level = minimal` lets a load into a table of the same transaction skip the WAL and needs `max_wal_senders = 0`.
    It rules out replicas and base backups: right for a demo and a test, wrong for a server that matters.
    """
    memory = _memory() // MEGABYTE
    shared = max(128, min(8192, memory // 4))  # a month's leaves stay in memory until their keys are built
    return {
        "listen_addresses": "",
        "max_connections": "200",
        "max_locks_per_transaction": "256",
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{max(256, memory // 2)}MB",
        "work_mem": f"{max(8, min(64, memory // 128))}MB",
        "maintenance_work_mem": f"{max(64, min(512, memory // 16))}MB",
        "max_wal_size": "8GB",
        "min_wal_size": "1GB",
        "checkpoint_timeout": "15min",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "wal_init_zero": "off",
        "jit": "off",
        "random_page_cost": "1.1",
        "autovacuum_naptime": "5s",
        "dynamic_shared_memory_type": "posix" if _shared_memory() >= SMALLEST_SHARED_MEMORY else "mmap",
        "log_timezone": "UTC",
        "timezone": "UTC",
        **({"io_workers": "3"} if version >= 18 else {}),
    }


def initdb_locale(version: int) -> list[str]:
    """Bytewise order everywhere: from 17 on by the server itself, before that by the C library."""
    if version >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]


def _memory() -> int:
    """Bytes this process may use: the machine's memory or its container's limit."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for path in (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes")):
        if path.exists() and (limit := path.read_text().strip()).isdigit():
            total = min(total, int(limit))
    return total


def _shared_memory() -> int:
    place = Path("/dev/shm")  # noqa: S108 - asked for its size, nothing is written
    if not place.exists():
        return 0
    state = os.statvfs(place)
    return state.f_frsize * state.f_bavail
