"""Why there is a flag, why there is none, and what the worklist was: answered from the record, never written to it."""
