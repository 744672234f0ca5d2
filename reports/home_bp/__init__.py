"""Blood pressure at home (clinical reference §3.3, §4.2)."""
