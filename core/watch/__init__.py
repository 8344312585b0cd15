"""What no single payment shows: patterns over days, found after the fact."""
