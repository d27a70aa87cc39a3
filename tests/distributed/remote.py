"""A remote worker as the tests drive it: one call of the API at a time."""

from typing import Any

from django.contrib.auth.models import User
from rest_framework.test import APIClient

from project.access import keys
from project.access.roles import Role
from workers.models import Execution
from workers.services import JobSpec, submit

WORKERS = "/api/distributed/workers"


class Remote:
    """A registered worker."""

    def __init__(self, client: APIClient, worker_id: str = "worker-1", **about: Any) -> None:
        self.client = client
        self.path = f"{WORKERS}/{worker_id}"
        self.registered = register(client, worker_id, **about).json()
        assert self.registered["success"], self.registered

    def call(self, verb: str, **body: Any) -> Any:
        """The response."""
        return self.client.post(f"{self.path}/{verb}", body)

    def claim(self, slots: int = 100) -> list[dict[str, Any]]:
        answer = self.call("claim", slots=slots)
        assert answer.status_code == 200, answer.json()
        jobs: list[dict[str, Any]] = answer.json()["jobs"]
        return jobs

    def complete(self, *jobs: dict[str, Any], output: Any = None) -> Any:
        return self.call("complete", results=[{**of(job), "output": output} for job in jobs])

    def fail(self, *jobs: dict[str, Any], error: str = "it broke", **more: Any) -> Any:
        return self.call("fail", failures=[{**of(job), "error": error, **more} for job in jobs])

    def release(self, *jobs: dict[str, Any]) -> Any:
        return self.call("release", jobs=[of(job) for job in jobs])


def register(client: APIClient, worker_id: str = "worker-1", **about: Any) -> Any:
    return client.post(
        f"{WORKERS}/register", {"workerId": worker_id, "hostname": "node-1", "maxConcurrency": 4, **about}
    )


def of(job: dict[str, Any]) -> dict[str, int]:
    return {"jobId": job["jobId"], "claim": job["claim"]}


def some_jobs(count: int = 1, **options: Any) -> Execution:
    """An execution of jobs 1 to `count` of a type that no worker process has a handler of."""
    jobs = [JobSpec(key=str(number), **{"type": "remote", **options}) for number in range(1, count + 1)]
    return submit(workflow="test", jobs=jobs)


def secret_of(name: str, *roles: Role) -> str:
    """A key of the user of that name."""
    owner, _ = User.objects.get_or_create(username=name)
    return keys.create(name=name, owner=owner, roles=roles).secret


def key_of(name: str, *roles: Role) -> APIClient:
    """A client with such a key."""
    client = APIClient()
    client.credentials(HTTP_X_API_KEY=secret_of(name, *roles))
    return client
