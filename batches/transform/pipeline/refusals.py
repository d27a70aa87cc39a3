"""What is wrong with an item, said without any of its values."""

from dataclasses import dataclass

NO_OBJECT = "Not an object"


class Unfit(Exception):
    """A value that a step can't take. The message is the reason for the caller; it never has the value in it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class RowError:
    """Why an item has no result. Rows count from 0, as the array does; no field: the item itself is wrong."""

    row: int
    field: str | None
    reason: str

    def document(self) -> dict[str, int | str | None]:
        """As the API's `details` have it."""
        return {"row": self.row, "field": self.field, "reason": self.reason}
