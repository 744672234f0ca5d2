"""Pulse, as cuffs count it at rest (clinical reference §3.2). SPO2-DAY is not here: no stream has a spot saturation."""

from typing import Final

from thresholds.pulse.irregular import HR_IRREG
from thresholds.pulse.rate import HR_BRADY, HR_TACHY
from thresholds.pulse.trend import HR_TREND

RULES: Final = (HR_BRADY, HR_TACHY, HR_TREND, HR_IRREG)
