"""What a person asked of the registry cannot be done; the text is one line for that person."""


class RegistryError(Exception):
    """One line: what is wrong and what to do."""
