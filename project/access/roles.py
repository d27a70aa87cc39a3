"""The roles: Django groups of these names, made by migration, and the only thing that views ask for."""

from enum import StrEnum


class Role(StrEnum):
    """What a person or a key may do. A user has the roles of their groups; a key has the roles it was given."""

    BATCH_ADMIN = "batch_admin"  # start, abort, reverse; periods, rules and API keys
    BATCH_OPERATOR = "batch_operator"  # resumes and restarts; starts, aborts and reverses nothing
    FINANCE_VIEWER = "finance_viewer"  # reads batches, journal and balances
    AUDITOR = "auditor"  # reads everything, the audit trail included
    RECONCILIATION_OPERATOR = "reconciliation_operator"  # runs reconciliations, resolves and repairs mismatches
    WORKER = "worker"  # a remote worker: claims and completes jobs
    INTEGRATOR = "integrator"  # another system: submits work and reads its results


EVERYONE: frozenset[Role] = frozenset(Role)
"""Any role at all: the caller has to be known, no more."""

ALL_READERS: frozenset[Role] = frozenset({Role.BATCH_ADMIN, Role.BATCH_OPERATOR, Role.FINANCE_VIEWER, Role.AUDITOR})
"""Who may read what the month-end close shows."""
