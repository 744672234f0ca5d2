"""Blood pressure: its rules, one file a sub-family (clinical reference §3.1)."""

from typing import Final

from thresholds.blood_pressure.home import BP_HOME_EU, BP_HOME_US
from thresholds.blood_pressure.low import BP_LOW, BP_LOW_CRIT, BP_LOW_DIA
from thresholds.blood_pressure.pregnancy import BP_PREG, BP_PREG_MOD
from thresholds.blood_pressure.pulse_pressure import BP_PP
from thresholds.blood_pressure.repeated import BP_G3, BP_S2
from thresholds.blood_pressure.severe import BP_SEV
from thresholds.blood_pressure.standing import BP_ORTHO
from thresholds.blood_pressure.trend import BP_DROP, BP_RISE

RULES: Final = (
    BP_SEV, BP_G3, BP_S2, BP_HOME_EU, BP_HOME_US, BP_LOW_CRIT, BP_LOW, BP_LOW_DIA, BP_ORTHO, BP_DROP, BP_RISE, BP_PP,
    BP_PREG, BP_PREG_MOD,
)  # fmt: skip
