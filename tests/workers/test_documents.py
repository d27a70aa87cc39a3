"""The shapes of documents stand where the API and the services may both import them."""

from tests.test_architecture import ROOT, imports, modules


def test_nothing_but_the_api_knows_the_api():
    below = [path for path in modules("workers") if path.relative_to(ROOT).parts[1] not in {"api", "admin"}]
    assert [path for path in below if any(name.startswith("workers.api") for name in imports(path))] == []
