"""Firms outside the house: one file each, and its twin."""
