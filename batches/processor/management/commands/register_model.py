"""`manage.py register_model FILE --name NAME [--version V] [--pad] [--default] | --sample [--json]`"""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from batches.processor import sample, services
from batches.processor.models import ModelVersion
from batches.processor.states import InputFit
from project.api.errors import ApiError
from project.commands import ExitCode, ProductCommand


class Command(ProductCommand):
    help = "Register a model's file as a version, or the sample model that comes with the product."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="the model, such as an ONNX file")
        parser.add_argument("--name", help="what metadata.model_id calls it")
        parser.add_argument("--model-version", help="1.0, 2.0 and so on when left out")
        parser.add_argument("--runtime", default="onnx", help="one of MODEL_RUNTIMES (onnx)")
        parser.add_argument("--pad", action="store_true", help="fill short inputs with zeros, cut long ones")
        parser.add_argument("--default", action="store_true", help="take what names no model")
        parser.add_argument("--sample", action="store_true", help="the sample model, unless it is there already")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["sample"]:
            made = register_sample()
        elif options["file"] and options["name"]:
            made = self._register(options)
        else:
            raise CommandError("Give FILE and --name, or --sample.", returncode=ExitCode.USAGE)
        document = {"model_id": str(made), "bytes": made.size, "sha256": made.sha256}
        self.stdout.write(json.dumps(document) if options["json"] else f"{made} is registered, {made.size:,} bytes.")

    def _register(self, options: dict[str, Any]) -> ModelVersion:
        try:
            data = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(
                f"{options['file']} can't be read: {error.strerror}.", returncode=ExitCode.USAGE
            ) from error
        try:
            return services.register(
                name=options["name"],
                data=data,
                version=options["model_version"],
                runtime=options["runtime"],
                input_fit=InputFit.PAD if options["pad"] else InputFit.EXACT,
                default=options["default"],
            )
        except ApiError as error:
            raise CommandError(error.message, returncode=ExitCode.USAGE) from error


def register_sample() -> ModelVersion:
    """The sample model; the one that is there, if it is."""
    known = ModelVersion.objects.filter(model__name=sample.NAME, version=sample.VERSION).first()
    return known or services.register(
        name=sample.NAME, version=sample.VERSION, data=sample.FILE.read_bytes(), input_fit=InputFit.PAD
    )
