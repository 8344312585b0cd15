"""The demo bank: people, balances and histories to show and to try."""
