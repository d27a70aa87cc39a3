"""Any pipeline on any items: the request that waits and the engine give the same, in chunks of any size."""

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from project.access.roles import Role
from tests.transform.api.batches import all_results, ended, pipeline, queued, send
from tests.transform.pipelines.test_properties import STEPS

FIELDS = ["a", "b", "c"]
VALUES = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=5) | st.floats(-1e9, 1e9)
ITEMS = st.lists(st.dictionaries(st.sampled_from(FIELDS), VALUES) | st.none(), max_size=12)
NAMES = count()


@pytest.fixture
def client(client_for):
    return client_for(Role.INTEGRATOR)


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(
    steps=st.lists(STEPS.filter(lambda step: step["op"] != "default" or "generate" not in step), max_size=5),
    items=ITEMS,
    batch_size=st.integers(1, 5),
    parallel=st.booleans(),
    on_error=st.sampled_from(["fail", "skip"]),
)
def test_the_engine_gives_what_the_request_gives(client, workers, steps, items, batch_size, parallel, on_error):
    from batches.transform.pipeline import check
    from project.api.errors import InvalidRequest

    try:
        check(steps)
    except InvalidRequest:
        return
    name = pipeline(f"any-{next(NAMES)}", *steps).pipeline.name
    answered = send(client, items, pipeline=name, on_error=on_error)
    batch_id = queued(client, items, pipeline=name, on_error=on_error, batch_size=batch_size, parallel=parallel)
    found = ended(client, batch_id)
    body = answered.json()
    if answered.status_code == 400:
        assert (found["status"], found["error"]["details"]) == ("failed", body["details"])
        return
    assert answered.status_code == 200
    assert found["status"] == "completed"
    assert all_results(client, batch_id) == body["results"]
    assert (found["processed"], found["filtered"]) == (body["processed"], body["filtered"])
    assert client.get(f"/api/v1/transform/batch/{batch_id}/errors").json()["results"] == body.get("errors", [])
