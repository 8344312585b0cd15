"""What the authorities are told: prepared, approved by a second person, and filed."""
