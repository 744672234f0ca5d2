"""Whether a patient's numbers can be trusted: delay, refusals, clocks, gaps, and what was watched (§2, §4.5)."""
