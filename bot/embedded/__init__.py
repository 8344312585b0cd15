"""The servers and keys that come with the house, so that a clone needs nothing installed."""
