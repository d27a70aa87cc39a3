"""Names of batches, models and versions in addresses."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class NameConverter(StringConverter):
    """What a batch, a model or a version may be called; an address with anything else is a 404."""

    regex = r"[A-Za-z0-9][A-Za-z0-9._:-]*"


register_converter(NameConverter, "processor_name")
