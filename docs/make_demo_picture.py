"""Draws what the demo looks like: plays a history for real and exports the table that was on the screen at its end as
docs/pictures/demo.svg.
"""

import io
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME

from hearthline.demo.run import Wish, run_demo
from hearthline.demo.scene import look
from hearthline.demo.table import Moment, draw
from models.engine import open_reader

PICTURES = Path(__file__).parent / "pictures"
WIDTH, HEIGHT = 150, 26
# Rich's own template without the font that it fetches from a server.
TEMPLATE = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<title>The demo on a terminal: counts of readings, and the worklist</title>
<style>
.{unique_id}-matrix {{ font-family: "DejaVu Sans Mono", "Liberation Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def utc_now() -> datetime:
    return datetime.now(UTC)


def last_moment() -> Moment:
    """What the screen shows when a month of fourteen patients has been played and judged."""
    with tempfile.TemporaryDirectory() as folder:
        summary = run_demo(Wish(True, None, 14, 30, 1), Path(folder), utc_now).summary
        reader = open_reader(summary.database)
        scene = look(reader, utc_now())
        reader.dispose()
    return Moment(scene, "history", 1.0, summary.readings_taken / summary.seconds)


def picture(moment: Moment) -> str:
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(draw(moment, WIDTH, HEIGHT))
    return console.export_svg(title="make demo", theme=SVG_EXPORT_THEME, code_format=TEMPLATE, unique_id="demo")


def main() -> None:
    (PICTURES / "demo.svg").write_text(picture(last_moment()), encoding="utf-8")


if __name__ == "__main__":
    main()
