"""How dates are written: as ISO 8601 says, in every list and form."""
