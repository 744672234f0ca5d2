"""Sleep and therapy at night (clinical reference §3.7, §4.4)."""
