"""The shapes of what the batch processor's API takes and answers."""
