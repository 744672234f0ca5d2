"""A report as PDF/UA-1, from the same blocks as its HTML page."""
