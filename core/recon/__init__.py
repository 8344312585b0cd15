"""Reconciliation: the book against what rails report and banks state."""
