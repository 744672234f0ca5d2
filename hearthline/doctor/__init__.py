"""Everything that is wrong with an installation, each with its mend: small checks, a file a family."""
