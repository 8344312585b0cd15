"""Who is there and how they prove it: addresses, PINs, one-time codes."""
