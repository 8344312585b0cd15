"""What the bank charges for its services."""
