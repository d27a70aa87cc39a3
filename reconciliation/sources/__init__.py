"""Two sides of a comparison behind one protocol: see `protocol`."""
