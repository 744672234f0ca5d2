"""The ambulatory glucose profile (clinical reference §3.5, §4.1; Johnson 2019), of a sensor or of a meter."""
