"""`make demo`: a closed month to look at, from nothing, in one command."""
