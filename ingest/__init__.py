"""Write path: broker message -> decoded -> identified -> stored -> acknowledged -> evaluated."""
