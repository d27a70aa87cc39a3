"""Runtimes by their paths; knows no settings, for the process that looks into files."""

from importlib import import_module

from batches.processor.runtimes.base import ModelRuntime


def load_class(path: str) -> type[ModelRuntime]:
    """Imports a runtime, and with it whatever library it stands on. Raises TypeError for what is none."""
    module, _, name = path.rpartition(".")
    found = getattr(import_module(module), name)
    if not issubclass(found, ModelRuntime):
        raise TypeError(f"{path} is no ModelRuntime.")
    return found  # type: ignore[no-any-return]
