"""Read by every Python that starts with this folder on its path: the rules of the first issue alone are on."""

import thresholds

FIRST = frozenset(
    {
        "BP-SEV", "GLU-L2", "GLU-L1", "GLU-XHI", "CGM-L2", "WT-HF-3D", "SLP-AHI",
        "NODATA-BP", "NODATA-GLU", "NODATA-WT", "NODATA-SLP",
    }
)  # fmt: skip

for stream, rules in thresholds._BY_STREAM.items():
    thresholds._BY_STREAM[stream] = tuple(rule for rule in rules if rule.id in FIRST)
