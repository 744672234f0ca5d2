"""Reports on schedule, as the shell runs them: under a lease, as a worker or once."""
