"""Documents that clients write, and of which the engine keeps some: their shapes, and what is said of wrong ones."""
