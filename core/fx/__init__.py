"""Foreign exchange: quotes, routes over providers of liquidity, positions and hedges."""
