"""Limits and programmes as people meet them: what they ask for, and what is shown."""
