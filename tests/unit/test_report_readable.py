"""A page can be read by whoever looks at it, listens to it or prints it: the basics of WCAG 2.2, level AA."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from charts import palette
from reports.page.html import page
from reports.page.style import STYLE
from tests.unit.test_report_pdf import EVERY_KIND

WHITE, STRIPE = "#ffffff", "#f5f5f5"
SVG_TEXTS = (palette.INK, palette.MUTED, palette.DARK, palette.SECOND, palette.LIMIT, palette.GOAL)


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))

    def of(self, *names: str) -> Iterator[dict[str, str | None]]:
        return (attributes for tag, attributes in self.all if tag in names)


TAGS = Tags(page("Height", [("Born", "1950")], EVERY_KIND, "Not an alarm system.", [("Made", "now")]))


def contrast(one: str, two: str) -> float:
    """WCAG's ratio of relative luminances, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(two)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    full = colour if len(colour) == 7 else "#" + "".join(2 * letter for letter in colour[1:])
    parts = [int(full[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("colour", SVG_TEXTS)
def test_words_in_pictures_stand_out_from_white(colour: str) -> None:
    assert contrast(colour, WHITE) >= 4.5


@pytest.mark.parametrize("colour", sorted(set(re.findall(r"[{;]color:(#[0-9a-f]+)", STYLE))))
def test_words_of_the_page_stand_out_from_each_row(colour: str) -> None:
    assert contrast(colour, STRIPE) >= 4.5


def test_the_page_says_its_language_and_has_one_heading_above_all_others() -> None:
    assert next(TAGS.of("html"))["lang"] == "en"
    headings = [tag for tag, _ in TAGS.all if re.fullmatch(r"h[1-6]", tag)]
    assert (headings[0], headings.count("h1"), set(headings)) == ("h1", 1, {"h1", "h2"})


def test_every_table_has_a_name_and_heads_that_say_of_what_they_are() -> None:
    assert all(table["aria-label"] for table in TAGS.of("table"))
    assert {head["scope"] for head in TAGS.of("th")} == {"col", "row"}


def test_every_picture_says_what_it_shows() -> None:
    assert [(svg["role"], svg["aria-label"]) for svg in TAGS.of("svg")] == [("img", "Height. It rises & rises.")]


def test_nothing_is_fetched_from_anywhere() -> None:
    assert not list(TAGS.of("script", "link", "img", "iframe", "object"))
    assert not re.search(r"url\(|@import", STYLE)
