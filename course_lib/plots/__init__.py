"""Pictures, one module per theme; nothing here computes a result. Plot functions take `ax=None` and return it."""
