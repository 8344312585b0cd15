"""What may be asked of a second person: one file a kind, all of them listed in the catalogue."""
