"""Days with readings of devices, for the US Medicare supply codes of 2026 (clinical reference §4.6); never a claim."""
