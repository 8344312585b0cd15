"""Airtime and bills: bought at the counter, done by partners, given back when they fail."""
