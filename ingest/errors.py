"""What a person asked of the quarantine cannot be done; the text is one line for that person."""


class QuarantineError(Exception):
    """One line: what is wrong and what to do."""
