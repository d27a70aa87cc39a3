"""How items become batches, and batches results. Imported by workers alone."""
