"""Refuses ONNX files that have part of their data elsewhere: on a worker that would be somebody else's file."""

from collections.abc import Iterator

import onnx
from google.protobuf.message import DecodeError, Message
from onnx import TensorProto

from batches.processor.runtimes.base import InvalidModelFile


def refuse(data: bytes) -> None:
    """Raises `InvalidModelFile` for what is no ONNX model, and for external data anywhere in it."""
    try:
        model = onnx.ModelProto.FromString(data)
    except DecodeError as error:
        raise InvalidModelFile("it is no ONNX file.") from error
    if not model.graph.node:
        raise InvalidModelFile("it is no ONNX file, or one without a graph.")
    for tensor in _tensors(model):
        if tensor.data_location == TensorProto.EXTERNAL or tensor.external_data:
            raise InvalidModelFile(f'its tensor "{tensor.name}" is kept in another file; save the model as one file.')


def _tensors(message: Message) -> Iterator[TensorProto]:
    """Every tensor, in whatever part of the model: graphs within nodes, functions, attributes."""
    waiting = [message]
    while waiting:
        one = waiting.pop()
        if isinstance(one, TensorProto):
            yield one
            continue
        for field, value in one.ListFields():
            if field.message_type is not None:
                waiting.extend([value] if isinstance(value, Message) else value)
