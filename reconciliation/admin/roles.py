"""Who may see the pages of reconciliation, and who may do something there."""

from project.access.roles import ALL_READERS, Role

READERS = ALL_READERS | {Role.RECONCILIATION_OPERATOR}
OPERATORS = frozenset({Role.BATCH_ADMIN, Role.RECONCILIATION_OPERATOR})
