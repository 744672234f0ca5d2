"""The names of the reports, for whoever asks before one is made: the reports themselves import pandas."""

from typing import Final

OF_ONE: Final = ("agp", "home-bp", "weight", "sleep", "patient", "device-days", "quality")  # of one patient each
OF_MANY: Final = ("panel",)  # of all patients of a programme, or of all, on one page
NAMES: Final = (*OF_ONE, *OF_MANY)
ALL: Final = "all"  # whom one of many may be about, else programme:NAME
