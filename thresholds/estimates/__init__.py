"""Means, spreads and slopes of readings: exact, by the standard library alone."""
