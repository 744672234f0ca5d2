"""The settings file: whether there is one, and who may read the secrets in it."""

import stat

from hearthline.doctor.finding import OK, WARNING, Finding, Findings, Place
from hearthline.settings import FILE


def check_settings(place: Place) -> Findings:
    if place.file is None:
        yield Finding("settings", OK, f"no {FILE} here: defaults and variables")
        return
    mode = stat.S_IMODE(place.file.stat().st_mode)
    if mode & 0o077 and "password" in _secrets(place):
        says = f"{place.file} holds a password and others may read it (mode {mode:o})"
        yield Finding("settings", WARNING, says, f"run: chmod 600 {place.file}")
    else:
        yield Finding("settings", OK, str(place.file))


def _secrets(place: Place) -> str:
    """`password` when one stands in an address of the file; the password itself goes nowhere."""
    text = "" if place.file is None else place.file.read_text(encoding="utf-8", errors="replace")
    urls = (place.settings.database.url, place.settings.broker.url, place.settings.mail.url)
    named = (url.partition("://")[2].rpartition("@")[0].partition(":")[2] for url in urls)
    return "password" if any(secret and secret in text for secret in named) else ""
