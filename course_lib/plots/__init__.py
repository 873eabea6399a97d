"""Pictures, one module per theme; nothing here computes a result. A `plot_*` returns its axes or its sketch."""
