"""Bodies of the transform API."""
