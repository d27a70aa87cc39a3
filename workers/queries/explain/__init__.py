"""Why a job, or an execution, is not running."""

from .executions import explain_execution
from .jobs import explain_job
from .reasons import Reason, ReasonKind

__all__ = ["Reason", "ReasonKind", "explain_execution", "explain_job"]
