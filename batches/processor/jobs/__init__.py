"""The work of the processor as engine jobs. Importing this package registers it."""
