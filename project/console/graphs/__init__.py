"""Graphs of jobs as pictures: collapsed to what a person can take in, laid out in layers, drawn as SVG."""

from .drawing import Picture, picture
from .model import Box, Edge, Node

__all__ = ["Box", "Edge", "Node", "Picture", "picture"]
