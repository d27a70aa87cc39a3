"""`Prefer: wait`: an answer that is held back until a batch has ended, without a thread or a database connection."""
