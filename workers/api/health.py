"""`/api/distributed/health`: whether work gets done, and what needs somebody."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from project.access.roles import EVERYONE
from workers.api.health_bodies import Components, EngineHealth, EngineWorkers, Warned
from workers.api.views import DistributedView, answer
from workers.queries import health
from workers.queries.queues import job_counts
from workers.queries.store import takes_writes
from workers.queries.workers import registered_workers


class HealthView(DistributedView):
    """Health."""

    roles: ClassVar = {"GET": EVERYONE}

    @extend_schema(
        operation_id="engine_health",
        summary="Whether the engine's parts are well, its workers, and what needs somebody.",
        tags=["health"],
        responses=EngineHealth,
    )
    def get(self, request: Request) -> Response:
        """200 also when something is wrong: `healthy` tells. 503 when the database can't be reached."""
        workers = EngineWorkers.of(registered_workers())
        components = Components(
            queue=not job_counts().waiting or workers.active > 0,
            worker_manager=not workers.total or workers.active > 0,
            state_store=takes_writes(),
        )
        warnings = [Warned.model_validate(warning) for warning in health.warnings()]
        return answer(EngineHealth(healthy=components.all, components=components, workers=workers, warnings=warnings))
