"""What a person asked of a flag cannot be done; the text is one line for that person."""


class FlagError(Exception):
    """One line: what is wrong and what to do."""
