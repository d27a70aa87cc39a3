"""Keys of callers: one may have five batches going at once."""

from project.access import keys
from project.access.roles import Role


def secrets(count: int) -> list[str]:
    """So many keys that may submit."""
    owner = keys.service_owner("benchmark")
    made = [keys.create(name=f"benchmark {number}", owner=owner, roles=[Role.INTEGRATOR]) for number in range(count)]
    return [key.secret for key in made]
