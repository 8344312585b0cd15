"""Deciding what a customer's documents are good for: by a firm's word, by people, by screening."""
