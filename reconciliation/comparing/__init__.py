"""Finding the keys whose rows differ, and reading them again. Knows two sides and a definition, no job and no table."""
