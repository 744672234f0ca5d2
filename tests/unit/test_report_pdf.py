"""A page as PDF: what is in it, and what it promises to readers who do not see."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from charts.axis import hours, numbers
from charts.layers import Line
from charts.plot import Plot, draw
from reports.figure import Figure
from reports.page.blocks import Beside, Block, Figures, Picture, Shown, Table, Words
from reports.pdf.data import MOST_ROWS
from reports.pdf.letters import BOX, PRINTABLE
from reports.pdf.make import pdf

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ENOUGH, LACKING = Figure(6.98765, "%", 40), Figure(6.98765, "%", 3, sufficient=False, why="3 of 12 readings")
HEIGHT = Picture(
    "Height",
    draw(Plot("Height", "It rises & rises.", hours(), numbers([0, 1], "m"), [Line("m", [(0, 0), (600, 1)])])),
    Table("As a table", ["When", "m"], [["00:00", "0.0"], ["10:00", "1.0"]], folded=True),
)
EVERY_KIND: Sequence[Block] = (
    Beside(HEIGHT, Figures("Goals", [Shown("GMI", ENOUGH, ".1f", "goal")])),
    Figures("Lacking", [Shown("Mean", LACKING)]),
    Table("Days", ["Day", "n"], [["Monday", None]]),
    Table("Nights", ["Night"], []),
    Words("Notes", ["One.", "Two."]),
    Words("Unsaid", []),
)


def made(blocks: Sequence[Block] = EVERY_KIND, title: str = "Height: Ana") -> PdfReader:
    return PdfReader(BytesIO(pdf(title, [("Born", "1950")], blocks, "Not an alarm system.", [("Made", "now")], NOW)))


def text_of(reader: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


def tags(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every element of the structure, from the root down."""
    waiting: list[Any] = [reader.trailer["/Root"]["/StructTreeRoot"]["/K"]]
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, DictionaryObject) and "/S" in node:
            yield node
            waiting += [node["/K"]] if "/K" in node else []


def named(reader: PdfReader, name: str) -> list[DictionaryObject]:
    return [tag for tag in tags(reader) if tag["/S"] == name]


def test_it_says_that_it_is_pdf_ua_1_tagged_with_a_title_and_a_language() -> None:
    root = made().trailer["/Root"]
    assert (root["/MarkInfo"]["/Marked"], root["/Lang"], root["/ViewerPreferences"]["/DisplayDocTitle"]) == (
        True, "en", True,
    )  # fmt: skip
    about = root["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in about
    assert "Height: Ana" in about


def test_each_picture_is_a_figure_with_its_title_and_description() -> None:
    assert [figure["/Alt"] for figure in named(made(), "/Figure")] == ["Height. It rises & rises."]


def test_each_table_with_rows_has_a_header_row_and_those_behind_pictures_are_there() -> None:
    reader = made()
    rows = [sum(1 for each in named(reader, kind)) for kind in ("/Table", "/THead", "/TH")]
    assert rows == [4, 4, 4 + 4 + 2 + 2]
    assert [words for words in ("Tables behind the pictures", "10:00") if words not in text_of(reader)] == []


def test_headings_begin_at_one_and_leave_out_no_level() -> None:
    levels = [int(str(tag["/S"])[2:]) for tag in tags(made()) if str(tag["/S"]) in ("/H1", "/H2", "/H3")]
    assert sorted(set(levels)) == [1, 2, 3]
    assert levels.count(1) == 1


def test_it_says_what_the_page_says() -> None:
    text = text_of(made())
    words = ("7.0 %", "n = 40", "goal", "not printed: 3 of 12 readings", "Nothing in this period.", "One.", "Born 1950")
    assert [each for each in (*words, "Not an alarm system.", "Page 1 of 1") if each not in text] == []
    assert [each for each in ("6.98", "Unsaid") if each in text] == []


@pytest.mark.parametrize("name", ['#eval("x")', "#panic()", "$x$ *b* _i_ <l> @r `c`", "\\u{41} // no", '"; #let a = 1'])
def test_a_name_is_never_read_as_a_command(name: str) -> None:
    blocks = [Words(name, [name]), Table(name, [name], [[name]]), Figures(name, [Shown(name, ENOUGH, ".1f", name)])]
    reader = made(blocks, title=name)
    assert text_of(reader).count(name) == 10  # the title, below the page, and eight in the blocks
    assert name in str(reader.metadata and reader.metadata.title)


@pytest.mark.parametrize("name", ["Зоя Ωμέγα", "Nguyễn Łukasz", "שרה", "محمد"])
def test_names_of_many_alphabets_are_printed(name: str) -> None:
    assert name in text_of(made(title=name))


def test_a_letter_that_no_font_has_is_a_box_and_not_a_failure() -> None:
    assert f"{BOX}A{BOX}" in text_of(made(title="\x07A\ue123"))


def test_what_stays_when_letters_are_lacking_can_be_printed_by_typst_alone() -> None:
    assert BOX in PRINTABLE
    assert BOX not in text_of(made([Words("All", ["".join(sorted(PRINTABLE - {BOX}))])]))


def test_the_words_in_a_picture_can_be_selected() -> None:
    assert [words for words in ("local time", "03:00", "21:00") if words not in text_of(made([HEIGHT]))] == []


def test_a_table_of_thousands_is_cut_and_says_so() -> None:
    table = Table("As a table", ["n"], [[str(n)] for n in range(5000)], folded=True)
    text = text_of(made([Picture("Height", HEIGHT.svg, table)]))
    assert f"the first {MOST_ROWS} of 5000 rows" in text
    assert "\n4999\n" not in text


@pytest.mark.parametrize(("lines", "pages"), [(3, 1), (45, 2)])
def test_the_tables_behind_pictures_begin_below_a_short_page_and_after_a_long_one(lines: int, pages: int) -> None:
    reader = made([HEIGHT, Words("Notes", [f"Line {n}" for n in range(lines)])])
    assert len(reader.pages) == pages
    assert "Tables behind" in reader.pages[-1].extract_text()


def test_equal_pages_are_equal_files() -> None:
    once, again = (pdf("Height", [], EVERY_KIND, "", [], NOW) for _ in range(2))
    assert once == again
