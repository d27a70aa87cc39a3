"""The steps of a close as engine jobs. Importing this package registers them."""

from . import abort, commit, leaf, plan, post, settle

__all__ = ["abort", "commit", "leaf", "plan", "post", "settle"]
