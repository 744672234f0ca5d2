"""Fingerstick and plasma glucose: its rules, one file a sub-family (clinical reference §3.4)."""

from typing import Final

from thresholds.glucose.high import GLU_HI, GLU_VHI
from thresholds.glucose.low import GLU_L1, GLU_L2, GLU_XHI
from thresholds.glucose.pregnancy import GLU_PREG

RULES: Final = (GLU_L2, GLU_L1, GLU_XHI, GLU_VHI, GLU_HI, GLU_PREG)
