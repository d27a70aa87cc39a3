"""No tables of its own; Django sends post_migrate, on which the routines are installed, only to apps with models."""
