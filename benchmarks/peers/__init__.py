"""The queues that the engine is measured against, and what installs and runs them.

Each is a small program beside this file, in its own language and with its own worker, that `fill`s its queue, `drain`s
it, and says on stdout how far it is (`benchmarks.peers.program`).
"""
