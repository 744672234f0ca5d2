"""A limit tried on history before it counts: nothing is written."""
