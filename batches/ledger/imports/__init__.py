"""Reading files of upstream transactions into the source tables."""

from batches.ledger.imports.runner import Progress, import_file

__all__ = ["Progress", "import_file"]
