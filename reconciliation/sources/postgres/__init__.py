"""A table of PostgreSQL 15 to 18 as a side of a comparison."""
