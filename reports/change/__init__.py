"""A patient's figures in two periods, and what is said of their difference, by rules that are data."""
