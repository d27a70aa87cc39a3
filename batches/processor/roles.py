"""Who may do what with the batch processor."""

from project.access.roles import ALL_READERS, Role

SUBMITTERS = frozenset({Role.INTEGRATOR, Role.BATCH_ADMIN, Role.BATCH_OPERATOR})
READERS = SUBMITTERS | {Role.AUDITOR}  # of batches; each sees its own
OVERSEERS = frozenset({Role.BATCH_ADMIN, Role.AUDITOR})  # see the batches of others as well
VIEWERS = ALL_READERS | SUBMITTERS  # of figures, models and settings
ADMINS = frozenset({Role.BATCH_ADMIN})
