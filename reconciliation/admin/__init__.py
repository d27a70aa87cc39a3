"""Reconciliation in the console."""
