"""Who may do what by the API of reconciliation."""

from project.access.roles import ALL_READERS, Role

OPERATORS = frozenset({Role.RECONCILIATION_OPERATOR, Role.BATCH_ADMIN})
STARTERS = OPERATORS | {Role.INTEGRATOR}
READERS = ALL_READERS | STARTERS
KEEPERS = OPERATORS | {Role.AUDITOR}  # of the list of webhooks
