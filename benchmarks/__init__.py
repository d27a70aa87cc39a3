"""Measurements of the product as it runs: real worker processes, a real server, a database of their own."""
