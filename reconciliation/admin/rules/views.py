"""The pages of one ignore rule, and the form of a new one with its dry run."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from project.api.errors import ApiError
from project.console.dialogs import Dialog, actor, ask, require
from project.console.pages import page
from project.console.people import holds
from reconciliation.admin.rules.dialogs import DIALOGS
from reconciliation.admin.rules.forms import ConditionForms, MappingForm, RuleForm, column_names
from reconciliation.admin.rules.words import predicate, state
from reconciliation.models import IgnoreRule, Mapping
from reconciliation.roles import OPERATORS, VIEWERS
from reconciliation.services import rules


@require_GET
def show(request: HttpRequest, pk: int) -> TemplateResponse:
    """A rule: what does it leave out, until when, and what would it cover now?"""
    require(request, VIEWERS)
    rule = get_object_or_404(IgnoreRule.objects.select_related("mapping", "created_by"), pk=pk)
    context: dict[str, Any] = {
        "rule": rule,
        "state": state(rule),
        "predicate": predicate(rule),
        "buttons": _legal(request, rule),
        "title": f"Ignore rule {rule.pk}",
    }
    try:
        context["run"] = rules.dry_run(rule)
    except ApiError as error:
        context["refused"] = error.message
    return page(request, "reconciliation/rule.html", context)


def create(request: HttpRequest) -> HttpResponse:
    """A new one: which mapping, then what to leave out with a dry run, then saved."""
    require(request, OPERATORS)
    which = MappingForm(request.POST if request.method == "POST" else request.GET)
    if not which.is_valid():
        context = {"form": MappingForm(), "there": Mapping.objects.exists(), "title": "New ignore rule"}
        return page(request, "reconciliation/rule_mapping.html", context)
    mapping: Mapping = which.cleaned_data["mapping"]
    data = request.POST if request.method == "POST" else None
    form = RuleForm(data, names=column_names(mapping, keys=False))
    conditions = ConditionForms(data, prefix="conditions", form_kwargs={"names": column_names(mapping, keys=True)})
    context = {
        "mapping": mapping,
        "form": form,
        "conditions": conditions,
        "title": f"New ignore rule of {mapping.name}",
    }
    if request.method != "POST" or not (form.is_valid() and conditions.is_valid()):
        return page(request, "reconciliation/rule_new.html", context)
    given = _given(form, conditions)
    try:
        if request.POST.get("step") == "save":
            rule = rules.create(mapping=mapping, actor=actor(request), **given)
            messages.success(request, "The rule holds from the next comparison on.")
            return HttpResponseRedirect(address(rule))
        context["run"] = rules.dry_run(rules.build(mapping=mapping, **given))
    except ApiError as error:
        form.add_error(None, error.message)
        return page(request, "reconciliation/rule_new.html", context, error.status)
    return page(request, "reconciliation/rule_new.html", context)


def move(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Disable, enable, end."""
    dialog = DIALOGS.get(verb)
    if dialog is None:
        raise Http404(f"There is no move {verb}.")
    require(request, dialog.roles)
    rule = get_object_or_404(IgnoreRule.objects.select_related("mapping"), pk=pk)
    return ask(request, dialog, rule, page_of=address, name=lambda shown: f"Rule {shown.pk} of {shown.mapping.name}")


def address(rule: IgnoreRule) -> str:
    """The page of a rule."""
    return reverse("admin:ignore_rule", args=[rule.pk])


def _given(form: RuleForm, conditions: Any) -> dict[str, Any]:
    listed = [found for one in conditions.forms if (found := one.condition())]
    return {
        "column": form.cleaned_data["column"],
        "predicate": listed or None,
        "reason": form.cleaned_data["reason"],
        "expires_at": form.expires_at(),
    }


def _legal(request: HttpRequest, rule: IgnoreRule) -> list[Dialog[IgnoreRule]]:
    """The moves that make sense now and that this person's roles allow."""
    verbs = {"active": ("disable", "expire"), "disabled": ("enable", "expire"), "expired": ()}[state(rule)]
    return [DIALOGS[verb] for verb in verbs if holds(request, DIALOGS[verb].roles)]
