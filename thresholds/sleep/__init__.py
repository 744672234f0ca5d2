"""Sleep: its rules, one file a sub-family (clinical reference §3.7)."""

from typing import Final

from thresholds.sleep.ahi import SLP_AHI, SLP_AHI_CPAP
from thresholds.sleep.desaturations import SLP_ODI
from thresholds.sleep.efficiency import SLP_EFF
from thresholds.sleep.length import SLP_LONG, SLP_SHORT
from thresholds.sleep.saturation import SLP_NADIR, SLP_SPO2_88, SLP_T90
from thresholds.sleep.therapy import SLP_CPAP_USE

RULES: Final = (
    SLP_AHI, SLP_AHI_CPAP, SLP_CPAP_USE, SLP_SPO2_88, SLP_NADIR, SLP_T90, SLP_ODI, SLP_SHORT, SLP_LONG, SLP_EFF,
)  # fmt: skip
