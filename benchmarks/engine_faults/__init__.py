"""The engine under faults: `benchmarks.chaos --of engine`."""
