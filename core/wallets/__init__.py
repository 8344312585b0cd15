"""The pots of money a customer has, one currency each."""
