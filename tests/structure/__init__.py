"""The house itself, looked at: its rooms, its words about itself, and who may knock."""
