"""What the bank suspects: alerts and investigations, kept from everybody but compliance."""
