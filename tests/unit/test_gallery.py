"""The gallery's own parts; what it shows is judged by eyes."""

from pathlib import Path

import pytest
from PIL import Image

from reports.names import NAMES
from tests.gallery.__main__ import index
from tests.gallery.recorded import RECORDINGS
from tests.gallery.sheets import Sheet, photograph, trim

SHEET = Sheet("agp-1", "agp: <Ana>", "agp-1.html", "agp-1.pdf", ("agp-1.png", "agp-1.pdf-1.png"))


def test_the_index_links_the_page_the_pdf_and_every_picture_of_a_report() -> None:
    page = index([SHEET])
    assert [name for name in (SHEET.html, SHEET.pdf, *SHEET.pictures) if f'href="{name}"' not in page] == []
    assert "<Ana>" not in page


def test_without_chromium_and_pdftoppm_there_are_no_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert list(photograph(SHEET, tmp_path)) == []


def test_the_white_below_a_page_is_cut_off(tmp_path: Path) -> None:
    shot = tmp_path / "shot.png"
    page = Image.new("RGB", (40, 3000), "white")
    page.putpixel((3, 99), (0, 0, 0))
    page.save(shot)
    trim(shot)
    with Image.open(shot) as trimmed:
        assert trimmed.size == (40, 120)


def test_recordings_are_shown_in_reports_that_there_are() -> None:
    assert {kind for each in RECORDINGS for kind, _, _ in each.reports} < {*NAMES}
