"""Knowing the customer: countries, tiers and what they allow."""
