"""Trends: months of readings on one page a question. The only room that may import pandas."""
