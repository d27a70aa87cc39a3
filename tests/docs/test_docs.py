"""README and docs/ say what is: links lead somewhere, names exist, nothing that has to be documented is missing."""

import argparse
import ast
import re
from collections.abc import Iterator

import pytest
from django.core.management import get_commands, load_command_class
from django.urls import Resolver404, resolve

from project.api.errors import ErrorCode
from project.api.pages import unknown_path
from project.postgres import sql
from tests.docs.pages import PAGES, ROOT, anchors, blocks, everything, first_cells, links, names, text

OPERATIONS = ROOT / "docs" / "operations.md"
ENGINE = ROOT / "docs" / "engine.md"
MONTH_END = ROOT / "docs" / "month-end.md"
ROOMS = ("project", "workers", "batches", "reconciliation")
READERS = {"text", "flag", "integer", "number", "choice", "items"}

# an address in prose, in an answer or behind the host of a curl call, and the method before it
ADDRESS = re.compile(
    r"(?:\b(GET|POST|PATCH|DELETE) )?"
    r"(?:(?<=[\s`\"(])|(?<=\$URL)|(?<=:8000))(/(?:api|admin|health|ready|metrics)\b[\w./{}$-]*)"
)
ANY_ID = "550e8400-e29b-41d4-a716-446655440000"
PLACES = {
    "batch_id": "2025-01-MONTHEND",
    "worker_id": "1",
    "id": "1",
    "code": "2025-01",
    "prefix": "abcdefghij",
    "executionId": "exec-1",
    "jobId": "job-1",
    "workerId": "worker-1",
    "name": "default",
    "job_id": ANY_ID,
    "mismatch_id": ANY_ID,
    "webhook_id": "1",
    "number": "1",
}
VARIABLE = re.compile(r"\$[A-Z]+")  # of the shell, from an answer before
COMMAND = re.compile(r"manage\.py ([a-z_]+)([^\n`|#]*)")
METRIC = re.compile(r"(Gauge|Counter|Info|Histogram|Summary)MetricFamily\(\s*\"(tutup_\w+)\"")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_a_heading(page):
    broken = []
    for target in links(page):
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.is_file() or (anchor and anchor not in anchors(file)):
            broken.append(target)
    assert broken == []


def variables() -> Iterator[str]:
    """What the product reads from the environment, by its one reader."""
    for path in sorted((ROOT / "project").rglob("*.py")):
        for node in ast.walk(ast.parse(text(path))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in READERS
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "env"
                and isinstance(node.args[0], ast.Constant)
            ):
                yield str(node.args[0].value)


def test_the_environment_variables_are_those_that_the_product_reads():
    documented = [name for cell in first_cells(OPERATIONS, "variable") for name in names(cell)]
    assert sorted(documented) == sorted(set(variables()))


def documented_codes() -> set[str]:
    """The error codes in the tables of codes."""
    return {name for page in PAGES for cell in first_cells(page, "code") for name in names(cell)}


def test_every_error_code_is_documented_and_every_documented_one_exists():
    assert documented_codes() == {code.value for code in ErrorCode}


def test_codes_in_the_prose_exist():
    named = set(re.findall(r"\b[45]\d\d `([A-Z_]+)`", everything()))
    assert named <= {code.value for code in ErrorCode}


def own_commands() -> set[str]:
    return {name for name, app in get_commands().items() if str(app).split(".")[0] in ROOMS}


def test_every_command_of_the_product_is_documented_and_every_documented_one_exists():
    named = {name for name, _ in COMMAND.findall(everything())}
    assert named <= set(get_commands())
    assert own_commands() <= named


def options(parser: argparse.ArgumentParser) -> set[str]:
    """The options of a command and of its verbs."""
    found = set(parser._option_string_actions)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found = found.union(*(options(verb) for verb in action.choices.values()))
    return found


def test_the_options_in_the_examples_exist():
    wrong = []
    for name, rest in COMMAND.findall(everything()):
        known = options(load_command_class(get_commands()[name], name).create_parser("manage.py", name))
        wrong += [f"{name} {option}" for option in re.findall(r"--[a-z-]+", rest) if option not in known]
    assert wrong == []


def addresses() -> set[tuple[str, str]]:
    """Method (may be empty) and path of every address in the pages."""
    return {(method, path.rstrip(".")) for method, path in ADDRESS.findall(everything())}


def serves(method: str, path: str) -> bool:
    """Whether somebody answers at this address, and takes the method."""
    try:
        view = resolve(re.sub(r"{(\w+)}", lambda place: PLACES[place[1]], VARIABLE.sub(ANY_ID, path))).func
    except Resolver404:
        return False
    roles = getattr(getattr(view, "view_class", None), "roles", {})
    return view is not unknown_path and (not method or not roles or method in roles)


def test_every_address_is_served():
    assert len(addresses()) > 20
    assert sorted(address for address in addresses() if not serves(*address)) == []


def test_the_rule_itself_finds_a_wrong_address():
    assert not serves("", "/api/v1/batches")
    assert not serves("GET", "/api/v1/batch/{batch_id}/abort")
    assert serves("POST", "/api/v1/batch/{batch_id}/abort")


def test_every_address_of_the_close_is_documented():
    from batches.monthend.api.urls import urlpatterns

    page = text(MONTH_END)
    wanted = ["/api/v1/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(route.pattern)) for route in urlpatterns]
    assert [path for path in wanted if not re.search(rf"(GET|POST) {re.escape(path)}[`, (]", page)] == []


def test_the_metrics_are_those_that_the_product_shows():
    sources = "\n".join(text(path) for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")))
    shown = {name + ("_info" if kind == "Info" else "") for kind, name in METRIC.findall(sources)}
    assert set(re.findall(r"`(tutup_[a-z_]+)", everything())) == shown


def test_the_queries_for_troubleshooting_run():
    found = blocks(OPERATIONS, "sql")
    assert found
    for query in found:
        sql.rows(query)


def test_the_handler_of_the_engine_page_runs(monkeypatch):
    from workers import handlers
    from workers.models import FinishedJob
    from workers.queries import execution_state
    from workers.runtime import drain

    monkeypatch.setattr(handlers, "_handlers", dict(handlers._handlers))
    (source,) = blocks(ENGINE, "python")
    example: dict = {}
    exec(compile(source, str(ENGINE), "exec"), example)  # noqa: S102  our own page
    drain()  # by a worker that registers once the handler is there
    execution = example["execution"]
    assert execution_state(execution.pk).status == "completed"
    sums = FinishedJob.objects.filter(job__execution=execution, output__isnull=False).order_by("job_id")
    assert [finished.output for finished in sums] == [{"total": 9}, {"total": 12}]
