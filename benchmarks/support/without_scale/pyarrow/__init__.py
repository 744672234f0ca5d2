"""Stands before the real one on the path, so that a benchmark measures what an installation without [scale] does."""

raise ImportError("left out by the benchmark", name="pyarrow")
