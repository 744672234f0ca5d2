"""SVG elements on the standard library's tree: well-formed by construction, and every text is escaped."""

from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

FONT: Final = "font-family:'Helvetica Neue',Arial,'Liberation Sans','DejaVu Sans',sans-serif"
LETTER: Final = 0.56  # width of a letter of these fonts, in font sizes, a little generous


def drawing(width: float, height: float, title: str, words: str) -> Element:
    """An empty picture; `title` and `words` are what a screen reader says."""
    svg = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {_of(width)} {_of(height)}"})
    svg.attrib |= {"width": _of(width), "height": _of(height), "role": "img", "aria-label": f"{title}. {words}"}
    svg.attrib["style"] = FONT
    SubElement(svg, "title").text = title
    SubElement(svg, "desc").text = words
    return svg


def add(parent: Element, tag: str, text: str | None = None, **attributes: str | float) -> Element:
    """A child; underscores in attribute names stand for hyphens, numbers are rounded to a tenth."""
    named = {name.rstrip("_").replace("_", "-"): _of(value) for name, value in attributes.items()}
    child = SubElement(parent, tag, named)
    child.text = text
    return child


def write(parent: Element, x: float, y: float, text: str, *, size: float = 11, **more: str | float) -> Element:
    return add(parent, "text", text, x=x, y=y, font_size=size, **({"fill": "#222222"} | more))


def path(points: list[tuple[float, float]], *, close: bool = False) -> str:
    """The `d` of a path through points."""
    steps = " L".join(f"{_of(x)},{_of(y)}" for x, y in points)
    return f"M{steps}{' Z' if close else ''}"


def width_of(text: str, size: float = 11) -> float:
    return len(text) * size * LETTER


def text_of(svg: Element) -> str:
    return tostring(svg, encoding="unicode")


def _of(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
