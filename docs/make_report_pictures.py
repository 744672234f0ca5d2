"""Draws what reports look like, as docs/pictures/report-*.png: plays a month of the demo for real and sets the first
page of two reports.
"""

import json
import tempfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import typst
from PIL import Image
from sqlalchemy.orm import Session

from hearthline.demo.run import Wish as Demo
from hearthline.demo.run import run_demo
from models.engine import open_reader
from registry.patients import list_patients
from reports.pdf.make import TEMPLATE, told
from reports.run import Report, Wish, run_report

PICTURES = Path(__file__).parent / "pictures"
SHOWN = {"agp": 1, "patient": 3}  # the place of the patient: one with a sensor, and one with a failing heart
DOTS, COLOURS = 84, 256  # an inch; few colours make a small file


def utc_now() -> datetime:
    return datetime.now(UTC)


def first_page(report: Report) -> bytes:
    """PNG, without the white at its foot."""
    pages = typst.compile(
        str(TEMPLATE), sys_inputs={"report": json.dumps(told(*report.parts()))}, format="png", ppi=DOTS,
        ignore_system_fonts=True,
    )  # fmt: skip
    out = BytesIO()
    with Image.open(BytesIO(pages[0] if isinstance(pages, list) else pages)) as page:
        page.convert("RGB").quantize(COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        summary = run_demo(Demo(True, None, 8, 60, 1), Path(folder), utc_now).summary
        reader = open_reader(summary.database)
        with Session(reader) as session:
            patients = list_patients(session)
            for kind, place in SHOWN.items():
                report = run_report(session, Wish(kind, patients[place].id), utc_now())
                (PICTURES / f"report-{kind}.png").write_bytes(first_page(report))
        reader.dispose()


if __name__ == "__main__":
    main()
