"""The one declared key space of advisory locks: pg_advisory_lock(space, key) in the two-integer form."""

from enum import IntEnum


class LockSpace(IntEnum):
    """First integer of an advisory lock; the comment says what the second one is."""

    WORKER = 1  # worker id; held by the worker's own session for as long as it lives; minus a name's hash: registering
    SCHEDULE = 2  # 0; the one process that enqueues what is due
    MONTH_END = 3  # 0 for the right to start a batch
    INSTALL = 4  # 0; routines are installed by one session at a time
    IMPORT = 5  # transaction source id while a block is merged; minus the import's id while its command lives
    HOUSEKEEPING = 6  # 0 for the one worker that keeps house; 1 while a pass runs
    NOTIFY = 7  # queue id while a transaction is about to wake the queue's workers
    DEFAULT_MODEL = 8  # 0; the one transaction that may change which model is the default
