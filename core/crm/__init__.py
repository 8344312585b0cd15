"""Who the customers are, what was said to them, and what is owed to them."""
