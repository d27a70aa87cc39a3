"""The moves a person may make with a pipeline. New versions have a form of their own."""

from django import forms
from django.contrib.auth.models import User

from batches.transform.models import Pipeline
from batches.transform.queries import pipelines as queries
from batches.transform.roles import PIPELINE_KEEPERS
from batches.transform.services import pipelines
from project.console.dialogs import Answers, Dialog, NothingForm


class DescriptionForm(forms.Form):
    """What it is for."""

    description = forms.CharField(max_length=1000, required=False, widget=forms.Textarea({"rows": 3}))


def _activate(pipeline: Pipeline, actor: User, answers: Answers) -> Pipeline:
    pipelines.activate(name=pipeline.name, number=answers["number"], actor=actor)
    return pipeline


def _default(pipeline: Pipeline, actor: User, _: Answers) -> Pipeline:
    return pipelines.change(name=pipeline.name, actor=actor, make_default=True)


def _describe(pipeline: Pipeline, actor: User, answers: Answers) -> Pipeline:
    return pipelines.change(name=pipeline.name, actor=actor, description=answers["description"])


def _delete(pipeline: Pipeline, actor: User, _: Answers) -> Pipeline:
    pipelines.delete(name=pipeline.name, actor=actor)
    return Pipeline(name=pipeline.name)


def _explain_activate(pipeline: Pipeline) -> list[str]:
    return [
        f"Batches to come that name {pipeline.name} go through this version; those that have begun go on with theirs.",
        "The version that was in use stays in the list, and can be activated again.",
    ]


def _explain_default(_: Pipeline) -> list[str]:
    found = queries.pipelines().filter(is_default=True).first()
    instead = f" They went through {found.name} so far." if found else ""
    return [f"Batches to come that name no pipeline go through this one.{instead}"]


def _explain_describe(_: Pipeline) -> list[str]:
    return ["The steps stay as they are."]


def _explain_delete(pipeline: Pipeline) -> list[str]:
    return [f"{pipeline.name} goes with its {pipeline.versions.count()} versions. What they were can't be read again."]


DIALOGS = {
    dialog.verb: dialog
    for dialog in (
        Dialog(
            "activate",
            "Activate version",
            PIPELINE_KEEPERS,
            NothingForm,
            _explain_activate,
            _activate,
            "uses that version from now on",
        ),
        Dialog(
            "default",
            "Make default",
            PIPELINE_KEEPERS,
            NothingForm,
            _explain_default,
            _default,
            "is the default pipeline now",
        ),
        Dialog(
            "describe", "Describe", PIPELINE_KEEPERS, DescriptionForm, _explain_describe, _describe, "is described anew"
        ),
        Dialog(
            "delete",
            "Remove",
            PIPELINE_KEEPERS,
            NothingForm,
            _explain_delete,
            _delete,
            "was removed",
            grave=True,
        ),
    )
}


def legal(pipeline: Pipeline) -> list[str]:
    """The verbs that make sense for it now, but for `activate`, which is of a version."""
    verbs = ["describe"] if pipeline.is_default else ["describe", "default"]
    return verbs if pipeline.is_default or queries.was_used(pipeline) else [*verbs, "delete"]
