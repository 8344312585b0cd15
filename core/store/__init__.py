"""Where the bank keeps its books: the unit of work and the connection to PostgreSQL."""
