"""What a page says and how."""

from reports.figure import Figure
from reports.page.blocks import Figures, Shown, Table, Words
from reports.page.html import page, render

ENOUGH, LACKING = Figure(6.98765, "%", 40), Figure(6.98765, "%", 3, sufficient=False, why="3 of 12 readings")


def test_a_name_cannot_become_a_tag() -> None:
    made = page("<b>Ana", [("<i>", "</dl>")], [Words("<u>", ["<s>"]), Table("<p>", ["<q>"], [["<a>"]])], "<em>", [])
    assert [tag for tag in ("<b>", "<i>", "<u>", "<s>", "<q>", "<a>", "<em>") if tag in made] == []
    assert made.count("</dl>") == 2


def test_a_sufficient_figure_is_printed_with_its_unit_and_number_of_readings() -> None:
    row = render(Figures("", [Shown("GMI", ENOUGH, ".1f", "goal")]))
    assert [words for words in ("7.0 %", "n = 40", "goal") if words not in row] == []


def test_an_insufficient_figure_is_explained_and_not_printed() -> None:
    row = render(Figures("", [Shown("GMI", LACKING)]))
    assert "3 of 12 readings" in row
    assert "7.0" not in row


def test_the_same_reason_is_said_once() -> None:
    rows = render(Figures("", [Shown("GMI", LACKING), Shown("Mean", LACKING)]))
    assert rows.count("3 of 12 readings") == 1
    assert "as above" in rows


def test_an_id_is_not_broken_at_its_hyphens_and_a_sentence_is() -> None:
    table = render(Table("", ["Id", "Said"], [["pt-eac10a41-0001", "well-known to us"]]))
    assert "<td class=one>pt-eac10a41-0001</td><td>well-known to us</td>" in table


def test_an_empty_table_says_so() -> None:
    assert "Nothing in this period." in render(Table("Days", ["Day"], []))
