"""What a person asked of a report that cannot be done."""


class ReportError(Exception):
    """The message says what is wrong and what to do, for a person."""
