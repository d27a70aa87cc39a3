"""What `benchmarks.reconciliation` measures."""
