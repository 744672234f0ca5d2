"""Failures that say the schema is another than this version's: waiting does not help, and no row is at fault."""

from typing import Final

from sqlalchemy.exc import DBAPIError

STATES: Final = frozenset({
    "42P01",  # no such table
    "42703",  # no such column
    "42704",  # no such type or object
    "42804",  # a column of another type
    "42883",  # no such function or operator
    "23502",  # a column that must have a value and gets none: each of ours gets one
})  # fmt: skip
WORDS: Final = ("no such table", "no such column", "table ", "not null constraint")


def is_other_schema(error: Exception) -> bool:
    """Of what the driver raised, wrapped by SQLAlchemy."""
    if not isinstance(error, DBAPIError):
        return False
    if getattr(error.orig, "sqlstate", None) in STATES:
        return True
    return getattr(error.orig, "sqlite_errorname", None) is not None and str(error.orig).lower().startswith(WORDS)
