"""Figures, measured as ratios within one run. `make bench` prints them as one table."""
