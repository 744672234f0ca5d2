"""Blood pressure: its rules, one file a sub-family (clinical reference §3.1)."""

from typing import Final

from thresholds.blood_pressure.low import BP_LOW, BP_LOW_CRIT, BP_LOW_DIA
from thresholds.blood_pressure.pregnancy import BP_PREG, BP_PREG_MOD
from thresholds.blood_pressure.repeated import BP_G3, BP_S2
from thresholds.blood_pressure.severe import BP_SEV

RULES: Final = (BP_SEV, BP_G3, BP_S2, BP_LOW_CRIT, BP_LOW, BP_LOW_DIA, BP_PREG, BP_PREG_MOD)
