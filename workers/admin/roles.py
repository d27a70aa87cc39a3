"""Who may do what with the engine."""

from project.access.roles import Role

OPERATORS = frozenset({Role.BATCH_ADMIN, Role.BATCH_OPERATOR})
"""May pause, limit and drain queues, cancel, retry and re-run executions, and start schedules."""
