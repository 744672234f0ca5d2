"""An upload in the device's hands, and what the run's faults have in store for it."""

import hashlib
from dataclasses import dataclass

from device.message import Message
from simulators.plan import Upload


@dataclass(slots=True, eq=False)
class Waiting:
    """`number` names the upload in the journal. `copies` is how often the first send goes out, `echo` whether it is
    sent once more after it was answered; `sent` and `answered` say whether that has happened once."""

    number: int
    upload: Upload
    copies: int = 1
    echo: bool = False
    sent: bool = False
    answered: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.upload.payload).hexdigest()


def message_of(upload: Upload) -> Message:
    """What the device's buffer keeps of it: the exact bytes, and what the receipts will name."""
    names = tuple(None if taken.id is None else (taken.id, taken.measured_at) for taken in upload.readings)
    return Message(upload.measure, upload.payload, names, upload.at.timestamp())
