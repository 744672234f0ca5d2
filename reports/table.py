"""The reports there are."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from reports.agp.make import make as make_agp
from reports.report import Kind

_ALL: Final = (Kind("agp", "Ambulatory glucose profile", 14, make_agp),)

KINDS: Final[Mapping[str, Kind]] = MappingProxyType({each.name: each for each in _ALL})
