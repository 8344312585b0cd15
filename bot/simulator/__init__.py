"""Phones in the browser, and the twin of the companies that carry them. Demo only."""
