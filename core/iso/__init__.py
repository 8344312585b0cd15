"""Messages of ISO 20022 and SWIFT MT, made, checked and read. Knows nothing of the bank."""
