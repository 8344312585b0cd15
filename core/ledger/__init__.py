"""The double-entry ledger. Everyone else comes in through ``core.ledger.book``."""
