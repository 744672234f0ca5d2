"""Colours told apart by the colour-blind and in grey: each scale runs in lightness as well as in hue.

Blue and orange-brown for series (after Okabe and Ito), purple and orange for low and high (after ColorBrewer's PuOr).
"""

from typing import Final

INK: Final = "#222222"
GRID: Final = "#dddddd"
FRAME: Final = "#8a8a8a"
MUTED: Final = "#767676"
DARK: Final = "#12355b"
MIDDLE: Final = "#8fb8de"
LIGHT: Final = "#d9e7f5"
SECOND: Final = "#b35806"
LIMIT: Final = "#7a3b00"
GOAL: Final = "#1d5c3a"

VERY_HIGH: Final = "#b35806"
HIGH: Final = "#fdb863"
TARGET: Final = "#d3ebdb"
LOW: Final = "#a59bcb"
VERY_LOW: Final = "#542788"
