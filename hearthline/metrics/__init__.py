"""`/metrics`: the worker's numbers and what the record says, in the words of Prometheus."""
