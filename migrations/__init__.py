"""Alembic revisions; every room reads the schema from `models`, never from here."""
