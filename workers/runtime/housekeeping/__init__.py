"""What the engine's tables need now and then, so that they stay small and fast. Workers do it, one at a time;
`manage.py housekeep` does it once."""

from workers.runtime.housekeeping.passes import Report, housekeep
from workers.runtime.housekeeping.thread import Housekeeper
from workers.runtime.housekeeping.vacuum import HotTables

__all__ = ["HotTables", "Housekeeper", "Report", "housekeep"]
