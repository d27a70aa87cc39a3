"""Whatever the OpenAPI document allows or forbids: no server error, and no answer that it doesn't describe.

SCHEMATHESIS_EXAMPLES is how many requests are made up for each operation; 200 for a thorough run.
"""

import os

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from project.access.roles import EVERYONE
from tests.docs.pages import ROOT

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "10"))
ROOMS = ("/api/batch-processor/", "/api/distributed/", "/api/v1/reconciliation/", "/api/v1/transform/")

# what a document of this kind can't say: ids are unique, a rate has two halves, a moment must not have passed, a table
# is mapped, an address can be called, a model exists, a file is one, a period has not too many steps, a
# pattern or an expression can be read
RULES_BEYOND = [
    "start_execution",
    "create_queue",
    "change_queue",
    "pause_queue",
    "create_schedule",
    "change_schedule",
    "repair_mismatch",
    "trigger_reconciliation",
    "create_webhook",
    "change_webhook",
    "submit_inference_batch",
    "configure_processor",
    "processor_analytics",
    "register_model_version",
    "set_default_model",
    "change_model",
    "transform_batch",
    "create_pipeline",
    "create_pipeline_version",
    "activate_pipeline_version",
    "change_pipeline",
    "try_out_pipeline",
]
ANSWERS = ["2xx", "400", "401", "403", "404", "409", "429"]
CONFIG = SchemathesisConfig.from_dict(
    {
        # no database keeps a text with a NUL or half a surrogate pair
        "generation": {"allow-x00": False, "codec": "utf-8"},
        "operations": [
            {
                "include-operation-id": RULES_BEYOND,
                "checks": {"positive_data_acceptance": {"expected-statuses": ANSWERS}},
            }
        ],
    }
)
document = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8"))
document["paths"] = {path: item for path, item in document["paths"].items() if path.startswith(ROOMS)}
schema = schemathesis.openapi.from_dict(document, config=CONFIG)


@schema.hook
def map_query(context, query):
    """A cursor is signed: none can be made up."""
    return query and {name: value for name, value in query.items() if name != "cursor"}


@pytest.fixture
def key(client_for, user_for):
    """A key that may do everything."""
    from project.access import keys

    return keys.create(name="schemathesis", owner=user_for("batch_admin"), roles=sorted(EVERYONE)).secret


@pytest.fixture(autouse=True)
def model(database):
    """What submissions to the batch processor go to."""
    from batches.processor import sample
    from batches.processor.models import InferenceModel

    data = sample.FILE.read_bytes()
    made = InferenceModel.objects.create(name=sample.NAME, is_default=True)
    made.default_version = made.versions.create(
        version=sample.VERSION, runtime="onnx", input_fit="pad", file=data, size=len(data), sha256="", signature={}
    )
    made.save()


@pytest.mark.timeout(600 + 5 * EXAMPLES)
@schema.parametrize()
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
def test_the_api_does_what_its_document_says(case, server, key, settings):
    settings.API_RATE_PER_MINUTE = 0
    case.call_and_validate(base_url=server, headers={"Authorization": f"Bearer {key}"})
