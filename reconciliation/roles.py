"""Who may do what with reconciliation."""

from project.access.roles import ALL_READERS, Role

OPERATORS = frozenset({Role.RECONCILIATION_OPERATOR, Role.BATCH_ADMIN})
STARTERS = OPERATORS | {Role.INTEGRATOR}
VIEWERS = ALL_READERS | OPERATORS  # of the pages, which are for people
READERS = VIEWERS | STARTERS  # by the API
KEEPERS = OPERATORS | {Role.AUDITOR}  # of the list of webhooks
