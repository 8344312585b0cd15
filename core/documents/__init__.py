"""Documents: files that are made for customers, kept sealed for a month, and sent to them."""
