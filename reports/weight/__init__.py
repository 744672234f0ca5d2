"""Weight in heart failure (clinical reference §3.6, §4.3)."""
