"""Who may do what with transform."""

from project.access.roles import Role

SUBMITTERS = frozenset({Role.INTEGRATOR, Role.BATCH_ADMIN, Role.BATCH_OPERATOR})
ALL_SEERS = frozenset({Role.BATCH_ADMIN, Role.AUDITOR})
"""Who sees the batches of everybody; others see their own."""
READERS = SUBMITTERS | ALL_SEERS
PIPELINE_KEEPERS = frozenset({Role.BATCH_ADMIN})
"""Who decides what is done to items, and what may leave unmasked."""
