"""Reports on schedule: when they are due, made once, delivered complete or not at all."""
