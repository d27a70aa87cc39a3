"""Mappings: made, changed, proposed from both schemas, tried on a few rows, written to and read from files."""

from .proposing import Offer, Pair, Proposal, propose
from .settings import Settings
from .trying import Cell, Trial, TriedRow, trial
from .writing import build, change, create, document, get, places

__all__ = [
    "Cell",
    "Offer",
    "Pair",
    "Proposal",
    "Settings",
    "Trial",
    "TriedRow",
    "build",
    "change",
    "create",
    "document",
    "get",
    "places",
    "propose",
    "trial",
]
