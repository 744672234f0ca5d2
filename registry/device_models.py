"""What a device model is known for. A model that is not listed gets the cautious defaults."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class DeviceModel:
    """`trusted_clock`: a gateway whose reference clock may correct its devices' times.
    `low`/`high`: what LO and HI stand for, in mg/dL; None means the specimen's default (clinical reference §2.3)."""

    trusted_clock: bool = False
    low: float | None = None
    high: float | None = None


UNKNOWN: Final = DeviceModel()
DEVICE_MODELS: Final[Mapping[str, DeviceModel]] = MappingProxyType(
    {"gateway-ntp": DeviceModel(trusted_clock=True), "meter-10-500": DeviceModel(low=10.0, high=500.0)}
)


def model_named(name: str) -> DeviceModel:
    """What is known of the model; the defaults when it is not listed."""
    return DEVICE_MODELS.get(name, UNKNOWN)
