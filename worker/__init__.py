"""Everything that happens after the reply: sending it, asking the outside world, keeping time."""
