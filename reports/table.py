"""The reports there are."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from reports.agp.make import make as make_agp
from reports.device_days.make import make as make_device_days
from reports.home_bp.make import make as make_home_bp
from reports.panel.make import make as make_panel
from reports.patient.make import make as make_patient
from reports.quality.make import make as make_quality
from reports.report import Kind
from reports.sleep.make import make as make_sleep
from reports.weight.make import make as make_weight

_ALL: Final = (
    Kind("agp", "Ambulatory glucose profile", 14, make_agp),
    Kind("home-bp", "Home blood pressure", 30, make_home_bp),
    Kind("weight", "Weight", 30, make_weight),
    Kind("sleep", "Sleep and therapy", 30, make_sleep),
    Kind("patient", "Whole patient", 30, make_patient),
    Kind("panel", "Panel", 30, make_panel),
    Kind("device-days", "Device-days", 60, make_device_days),
    Kind("quality", "Data quality", 30, make_quality),
)

KINDS: Final[Mapping[str, Kind]] = MappingProxyType({each.name: each for each in _ALL})
