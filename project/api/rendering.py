"""JSON answers: amounts are text with their decimals, never binary fractions."""

from decimal import Decimal
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder


class ExactEncoder(JSONEncoder):
    """REST framework's own makes a float of a Decimal that no serializer has turned into text."""

    def default(self, obj: Any) -> Any:
        return str(obj) if isinstance(obj, Decimal) else super().default(obj)


class ExactJSONRenderer(JSONRenderer):
    """JSON in which 2497.98 stays 2497.98."""

    encoder_class = ExactEncoder
