"""Payments agreed beforehand: made on a day to come, or again and again."""
