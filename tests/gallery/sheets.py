"""Reports as files: HTML and PDF, and PNG of both where the programs for it are there."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops

from reports.run import Report

WIDTH, HEIGHT = 900, 3200
CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class Sheet:
    """Names of files within the gallery's folder; `pictures` of the page, then of the PDF's pages."""

    name: str
    title: str
    html: str
    pdf: str
    pictures: tuple[str, ...] = ()


def write(report: Report, name: str, title: str, folder: Path) -> Sheet:
    sheet = Sheet(name, title, f"{name}.html", f"{name}.pdf")
    (folder / sheet.html).write_text(report.html(), encoding="utf-8")
    (folder / sheet.pdf).write_bytes(report.pdf())
    return sheet


def browser() -> str | None:
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


def photograph(sheet: Sheet, folder: Path) -> Iterator[str]:
    """Names of the pictures made: the page by chromium, the first pages of the PDF by poppler's pdftoppm."""
    if program := browser():
        shot = folder / f"{sheet.name}.png"
        _run(program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--screenshot={shot}",
             f"--window-size={WIDTH},{HEIGHT}", (folder / sheet.html).as_uri())  # fmt: skip
        trim(shot)
        yield shot.name
    if program := shutil.which("pdftoppm"):
        stem = folder / f"{sheet.name}.pdf"
        _run(program, "-r", "80", "-l", "3", "-png", str(folder / sheet.pdf), str(stem))
        yield from sorted(path.name for path in folder.glob(f"{sheet.name}.pdf-*.png"))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def trim(file: Path) -> None:
    """Without the white below the page."""
    with Image.open(file) as opened:
        whole = opened.convert("RGB")
    box = ImageChops.difference(whole, Image.new("RGB", whole.size, "white")).getbbox()
    whole.crop((0, 0, whole.width, min(whole.height, (box[3] if box else 0) + 20))).save(file)
