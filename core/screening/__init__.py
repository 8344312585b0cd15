"""Screening: who is on a sanctions list or politically exposed, and who decides about it."""
