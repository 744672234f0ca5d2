"""Continuous glucose: its rules, one file a sub-family (clinical reference §3.5)."""

from typing import Final

from thresholds.cgm.high import CGM_H2
from thresholds.cgm.low import CGM_L1, CGM_L2, CGM_PROL
from thresholds.cgm.rate import CGM_ROC, CGM_ULS

RULES: Final = (CGM_L2, CGM_L1, CGM_PROL, CGM_H2, CGM_ROC, CGM_ULS)
