"""Money from one customer to another, or between wallets of one; and what was sent."""
