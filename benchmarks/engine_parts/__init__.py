"""The parts of `benchmarks.engine`: one module for each thing that is measured."""
