"""Sending money from one customer to another, and what was sent."""
