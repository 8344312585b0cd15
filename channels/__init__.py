"""The channels: one file per provider. A leaf room: it knows nothing of the bank."""
