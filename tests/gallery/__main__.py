"""Every report of the demo's patients and of the recordings, to be looked at: python -m tests.gallery [FOLDER]

Charts are judged by eyes; tests check what they are made of.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from sqlalchemy.orm import Session

from hearthline.database import upgrade
from models.engine import open_reader
from registry.patients import list_patients
from reports.names import ALL, OF_MANY, OF_ONE
from reports.run import Wish, run_report
from tests.gallery.recorded import RECORDINGS, day
from tests.gallery.sheets import Sheet, browser, photograph, write
from tests.support.places import ROOT
from tests.support.wards import ward_at

CORPORA = Path(os.environ.get("HEARTHLINE_CORPORA") or ROOT.parent / "shared" / "corpora")


def say(words: str) -> None:
    print(f"gallery: {words}", file=sys.stderr, flush=True)  # noqa: T201


def demo(folder: Path) -> Iterator[Sheet]:
    """Every report for which a patient of a demo, played for it, has readings."""
    command = [sys.executable, "-m", "hearthline", "demo", "--once", "--days", "45", "--patients", "8"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    engine = open_reader(f"sqlite:///{folder / 'var' / 'demo' / 'hearthline.db'}")
    now = datetime.now(UTC)
    with Session(engine) as session:
        of_one = [(kind, patient.id, patient.name) for patient in list_patients(session) for kind in OF_ONE]
        for kind, whom, name in [*of_one, *((kind, ALL, ALL) for kind in OF_MANY)]:
            report = run_report(session, Wish(kind, whom), now)
            if report.found.used:
                yield write(report, f"demo-{kind}-{whom[-2:]}", f"{kind}: {name}", folder)
    engine.dispose()


def recordings(folder: Path) -> Iterator[Sheet]:
    """The reports that the table of recordings names."""
    url = f"sqlite:///{folder / 'recordings.db'}"
    upgrade(url)
    with ward_at(url) as ward:
        for each in RECORDINGS:
            each.store(ward, CORPORA, each.patient)
            for kind, days, until in each.reports:
                report = ward.report(kind, each.patient, days, until=day(until), **each.options)
                yield write(report, f"{each.patient}-{kind}-{days}", f"{kind}: {each.patient}, {days} days", folder)


def with_pictures(sheets: list[Sheet], folder: Path) -> list[Sheet]:
    with ThreadPoolExecutor(2) as pool:
        shots = pool.map(lambda sheet: tuple(photograph(sheet, folder)), sheets)
        return [replace(sheet, pictures=each) for sheet, each in zip(sheets, shots, strict=True)]


def index(sheets: list[Sheet]) -> str:
    lines = "\n".join(map(_line, sheets))
    style = "img{height:420px;border:1px solid #aaa;margin:4px;vertical-align:top}"
    return (
        f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Reports</title><style>{style}</style>\n{lines}\n'
    )


def _line(sheet: Sheet) -> str:
    shots = "".join(f'<a href="{name}"><img loading="lazy" alt="" src="{name}"></a>' for name in sheet.pictures)
    links = f'<a href="{sheet.html}">HTML</a> <a href="{sheet.pdf}">PDF</a>'
    return f"<h2>{escape(sheet.title)} {links}</h2>{shots}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Every report of the demo's patients and of the recordings.")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / ".build" / "gallery")
    parser.add_argument("--only", choices=("demo", "recordings"), help="One half of it.")
    wish = parser.parse_args()
    folder: Path = wish.folder.absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    sheets = [] if wish.only == "recordings" else list(demo(folder))
    if wish.only != "demo" and (CORPORA / "INDEX.md").exists():
        sheets += recordings(folder)
    elif wish.only != "demo":
        say(f"no recordings in {CORPORA} (set HEARTHLINE_CORPORA); the demo's patients alone")
    if browser() is None:
        say("no chromium, so the pages have no pictures; run: apt install chromium")
    if shutil.which("pdftoppm") is None:
        say("no pdftoppm, so the PDFs have no pictures; run: apt install poppler-utils")
    (folder / "index.html").write_text(index(with_pictures(sheets, folder)), encoding="utf-8")
    say(f"{len(sheets)} reports in {folder / 'index.html'}")


if __name__ == "__main__":
    main()
