"""The whole patient: every stream on one time axis, what was done, and two periods side by side."""
