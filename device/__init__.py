"""The device SDK: what people who build devices use to lose no reading. paho and the standard library only."""

from device.device import Device
from device.errors import BufferFullError, BufferUnusableError, DeviceError
from device.mqtt import Broker
from device.prompts import Prompt
from device.receipts import Receipt
from device.shelf import Room, Shelf
from device.timing import Timing

__all__ = [
    "Broker",
    "BufferFullError",
    "BufferUnusableError",
    "Device",
    "DeviceError",
    "Prompt",
    "Receipt",
    "Room",
    "Shelf",
    "Timing",
]
