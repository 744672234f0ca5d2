"""What can go wrong on the device's own side; the network's troubles are never raised, they are waited out."""


class DeviceError(Exception):
    """Of the SDK; the message says what is wrong and what to do."""


class BufferFullError(DeviceError):
    """No room for another reading without losing one that nobody has answered for. The reading was not kept; its
    number in `seq` is used up, so that the gap is seen."""


class BufferUnusableError(DeviceError):
    """The buffer's file is another program's, of another version, or damaged."""
