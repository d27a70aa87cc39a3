"""The parts of the processor's benchmark, and the servers of models that it is measured beside."""
