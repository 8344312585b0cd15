"""Money that leaves the bank: rails, routes, nostros, and the way from hold to final."""
