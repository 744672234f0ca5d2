"""Questions about flags, as commands, and their answers for programs and for people."""
