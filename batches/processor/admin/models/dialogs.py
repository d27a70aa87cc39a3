"""The moves a person may make with a model."""

from django.contrib.auth.models import User

from batches.processor import services
from batches.processor.admin.models.forms import BatchingForm, ModelForm, VersionForm
from batches.processor.models import InferenceModel
from batches.processor.roles import ADMINS
from project.api.errors import InvalidRequest
from project.console.dialogs import Answers, Dialog, NothingForm

FIELDS = ("description", "max_batch_size", "target_latency_ms", "warm_up")


def _register(model: InferenceModel, actor: User, answers: Answers) -> InferenceModel:
    return services.register(
        name=answers.get("name") or model.name,
        data=answers["file"].read(),
        version=answers["version"] or None,
        runtime=answers["runtime"],
        input_fit=answers["input_fit"],
        default=answers.get("default", False),
        actor=actor,
    ).model


def _stand(model: InferenceModel, actor: User, answers: Answers) -> InferenceModel:
    return services.set_default(name=model.name, version=answers["version"], actor=actor)


def _default(model: InferenceModel, actor: User, _: Answers) -> InferenceModel:
    return services.set_default(name=model.name, model=True, actor=actor)


def _change(model: InferenceModel, actor: User, answers: Answers) -> InferenceModel:
    changes = {field: answers[field] for field in FIELDS if answers[field] != getattr(model, field)}
    if not changes:
        raise InvalidRequest("Nothing differs from what holds now. Change a value, or go back.")
    return services.change_model(name=model.name, changes=changes, actor=actor)


def _explain_file(model: InferenceModel) -> list[str]:
    instead = f" In place of {model.default_version}, which stays and can be put back." if model.default_version else ""
    return [
        "The file is loaded and run on trial in a process of its own; one that can't be is refused with the reason.",
        f"From then on the bare name stands for this version.{instead} Batches that were submitted keep theirs.",
        "A version never changes. Workers that run already load it with its first item.",
    ]


def _explain_new(model: InferenceModel) -> list[str]:
    first = "The first model takes submissions that name no model."
    return [*_explain_file(model), *([] if InferenceModel.objects.filter(is_default=True).exists() else [first])]


def _explain_stand(model: InferenceModel) -> list[str]:
    return [
        f"Submissions to come that name {model.name} run with this version, not with {model.default_version}.",
        "Those that were submitted keep theirs.",
        "Workers that run already load it with its first item, unless they have it; those to come are warm with it.",
    ]


def _explain_default(_: InferenceModel) -> list[str]:
    found = InferenceModel.objects.filter(is_default=True).first()
    instead = f" They went to {found.name} so far." if found else ""
    return [f"Submissions to come that name no model go to this one.{instead}"]


def _explain_change(_: InferenceModel) -> list[str]:
    return ["Workers batch by it from their next run on, without a restart."]


REGISTER = Dialog("new", "Register model", ADMINS, ModelForm, _explain_new, _register, "has a version more")
VERSION = Dialog("version", "Register version", ADMINS, VersionForm, _explain_file, _register, "has a version more")
STAND = Dialog(
    "stand", "Stand for version", ADMINS, NothingForm, _explain_stand, _stand, "stands for that version from now on"
)
DEFAULT = Dialog("default", "Make default", ADMINS, NothingForm, _explain_default, _default, "is the default model now")
CHANGE = Dialog("change", "Change batching", ADMINS, BatchingForm, _explain_change, _change, "is batched anew")
MOVES = {dialog.verb: dialog for dialog in (VERSION, DEFAULT, CHANGE)}


def legal(model: InferenceModel) -> list[str]:
    """The verbs that make sense for it now, but for `stand`, which is of a version."""
    verbs = [VERSION.verb, CHANGE.verb]
    return verbs if model.is_default or model.default_version is None else [*verbs, DEFAULT.verb]
