"""Weight: its rules, one file a sub-family (clinical reference §3.6)."""

from typing import Final

from thresholds.weight.dry import WT_HF_DRY
from thresholds.weight.gain import WT_HF_1D, WT_HF_3D, WT_HF_7D
from thresholds.weight.loss import WT_HF_LOSS, WT_LOSS_30, WT_LOSS_90, WT_LOSS_180

RULES: Final = (WT_HF_3D, WT_HF_1D, WT_HF_7D, WT_HF_DRY, WT_HF_LOSS, WT_LOSS_30, WT_LOSS_90, WT_LOSS_180)
