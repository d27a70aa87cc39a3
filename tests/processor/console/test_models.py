"""Models in the console: versions, what names stand for, batching, and new files."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from batches.processor import sample, services
from batches.processor.models import InferenceModel
from batches.processor.roles import ADMINS, VIEWERS
from project.access.models import AuditEntry
from project.access.roles import EVERYONE, Role
from tests.processor.console.pages import MODELS, opened, sent
from tests.processor.hands import submitted
from workers.runtime import drain

PAGE = f"{MODELS}trying/page/"
NEW = f"{MODELS}register/"
VERSION = f"{MODELS}trying/version/move/"
CHANGE = f"{MODELS}trying/change/move/"
BATCHING = {"description": "", "max_batch_size": "", "target_latency_ms": "25", "warm_up": "on"}

pytestmark = pytest.mark.usefixtures("trying")


def file(data=b"0", name="model.onnx"):
    return SimpleUploadedFile(name, data)


def given(data=b"0", **answers):
    return {"file": file(data), "version": "", "runtime": "trying", "input_fit": "exact", **answers}


@pytest.fixture
def second():
    return services.register(name="trying", data=b"0.001", runtime="trying")


@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_readers_see_models_and_admins_change_them(visit, role, second):
    client = visit(role)
    seen = 200 if role in VIEWERS else 403
    assert client.get(MODELS).status_code == client.get(PAGE).status_code == seen
    stand, default = f"{MODELS}trying/stand-for/1.0/", f"{MODELS}trying/default/move/"
    for path in (NEW, VERSION, CHANGE, stand, default):
        assert client.get(path).status_code == (200 if role in ADMINS else 403), path
        if role not in ADMINS:
            assert client.post(path, given()).status_code == 403, path
    if seen == 200:
        assert ("Register version…" in opened(client, PAGE)) is (role in ADMINS)
        assert ("Register model…" in opened(client, MODELS)) is (role in ADMINS)
        assert ("Stand for it…" in opened(client, PAGE)) is (role in ADMINS)
    assert InferenceModel.objects.get().default_version == second


def test_an_empty_list_says_what_a_model_is_and_how_one_is_registered(visit):
    InferenceModel.objects.update(default_version=None)
    InferenceModel.objects.all().delete()
    page = opened(visit(Role.BATCH_ADMIN), MODELS)
    assert "Without one, no submission is taken." in page
    assert "manage.py register_model FILE --name NAME --default" in page


def test_a_model_shows_its_versions_what_they_ran_and_whether_they_are_warm(visit, second):
    submitted(1, 2)
    drain()
    page = opened(visit(Role.FINANCE_VIEWER), PAGE)
    assert "Its name stands for version 2.0." in page
    assert "It takes the submissions that name no model." in page
    assert page.count("</i>warm at start</span>") == 1
    assert page.count("</i>cold at start</span>") == 1
    assert '<td class="number">1</td><td class="number">1</td>' in page  # a submission, a run
    assert second.sha256 in page


def test_a_model_without_versions_says_so(visit):
    InferenceModel.objects.create(name="bare")
    page = opened(visit(Role.BATCH_ADMIN), f"{MODELS}bare/page/")
    assert "Its name stands for no version: submissions that name it are refused." in page
    assert "Register its first one." in page
    assert "Make default…" not in page
    assert "A batch_admin can register its first one." in opened(visit(Role.AUDITOR), f"{MODELS}bare/page/")


def test_a_name_is_put_back_to_an_older_version(visit, second):
    client = visit(Role.BATCH_ADMIN)
    path = f"{MODELS}trying/stand-for/1.0/"
    assert "that name trying run with this version, not with trying-v2.0" in opened(client, path)
    page = sent(client, path)
    assert "trying stands for that version from now on." in page
    assert "Its name stands for version 1.0." in page
    assert "processor.set default" in page
    assert InferenceModel.objects.get().default_version.version == "1.0"
    assert AuditEntry.objects.get(operation="processor.set_default").actor_name == "batch_admin"


def test_another_model_becomes_the_default_one(visit):
    services.register(name="other", data=b"1", runtime="doubler")
    client = visit(Role.BATCH_ADMIN)
    path = f"{MODELS}other/default/move/"
    assert "They went to trying so far." in opened(client, path)
    assert "other is the default model now." in sent(client, path)
    assert InferenceModel.objects.get(is_default=True).name == "other"


def test_a_version_is_registered_by_its_file(visit):
    client = visit(Role.BATCH_ADMIN)
    assert 'enctype="multipart/form-data"' in opened(client, VERSION)
    page = sent(client, VERSION, **given(b"0.002", version="1.1", input_fit="pad"))
    assert "trying has a version more." in page
    made = InferenceModel.objects.get().default_version
    assert (made.version, bytes(made.file), made.input_fit) == ("1.1", b"0.002", "pad")
    assert made.created_by.username == "batch_admin"


def test_a_model_is_registered_and_takes_what_names_none(visit):
    client = visit(Role.BATCH_ADMIN)
    page = sent(client, NEW, **given(sample.FILE.read_bytes(), name="shapes", runtime="onnx", default="on"))
    assert "Its name stands for version 1.0." in page
    assert '"shape"' in page
    assert InferenceModel.objects.get(is_default=True).name == "shapes"


@pytest.mark.parametrize(
    ("answers", "status", "told"),
    [
        ({"file": ""}, 200, "This field is required."),
        ({"file": file(b"")}, 200, "The submitted file is empty."),
        ({"file": file(b"broken")}, 400, "it is broken."),
        ({"file": file(b"no model"), "runtime": "onnx"}, 400, "it is no ONNX file"),
        ({"version": "1.0"}, 409, "a version never changes. Register another one."),
        ({"version": "a b"}, 200, "Letters, digits"),
        ({"version": "1\n"}, 200, "Letters, digits"),
        ({"runtime": "cobol"}, 200, "Select a valid choice."),
        ({"input_fit": "stretch"}, 200, "Select a valid choice."),
    ],
)
def test_a_file_or_version_that_is_refused_says_why(visit, answers, status, told):
    before = InferenceModel.objects.get().default_version
    assert told in sent(visit(Role.BATCH_ADMIN), VERSION, status, **given() | answers)
    assert InferenceModel.objects.get().default_version == before


def test_a_file_that_is_too_large_is_refused_with_the_limit(visit, settings):
    settings.MODEL_MAX_BYTES = 10
    assert "It has 11 bytes; at most 10 are taken" in sent(visit(Role.BATCH_ADMIN), VERSION, **given(b"0" * 11))


def test_batching_is_changed_with_a_trace(visit):
    client = visit(Role.BATCH_ADMIN)
    assert 'value="25.0"' in opened(client, CHANGE)
    given = {"description": "Doubles.", "max_batch_size": "16", "target_latency_ms": "7.5"}
    page = sent(client, CHANGE, **given)
    assert "<b>16 items</b>, its own limit" in page
    assert "<b>7.5 ms</b>" in page
    assert "<b>off</b>: the first items" in page
    assert "processor.change model" in page
    model = InferenceModel.objects.get()
    assert (model.description, model.max_batch_size, model.target_latency_ms, model.warm_up) == (
        "Doubles.", 16, 7.5, False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "status", "told"),
    [
        ({}, 400, "Nothing differs from what holds now."),
        ({"max_batch_size": "0"}, 200, "greater than or equal to 1"),
        ({"max_batch_size": "1001"}, 200, "less than or equal to 1000"),
        ({"target_latency_ms": ""}, 200, "This field is required."),
        ({"target_latency_ms": "nan"}, 200, "Enter a number."),
        ({"description": "\0"}, 200, "Null characters are not allowed."),
    ],
)
def test_batching_that_is_refused_says_why(visit, answers, status, told):
    assert told in sent(visit(Role.BATCH_ADMIN), CHANGE, status, **{**BATCHING, **answers})
    assert not AuditEntry.objects.filter(operation="processor.change_model").exists()


MISSING = ("none/page/", "none/change/move/", "trying/fly/move/", "trying/stand-for/9/", "trying%00/page/")


@pytest.mark.parametrize("path", MISSING)
def test_what_is_not_there_is_a_404(visit, path):
    assert visit(Role.BATCH_ADMIN).get(f"{MODELS}{path}", follow=True).status_code == 404
