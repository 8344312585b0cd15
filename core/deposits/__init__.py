"""Money that comes into the bank, and the agents who take it in cash."""
