"""Which devices readings came from."""

from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.among import among
from models.tables import Device


def devices_of(session: Session, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Device, model and how many of the readings in the frame are its, most first."""
    counts = frame["device_id"].value_counts()
    wanted = among(session.connection(), Device.id, counts.index.tolist())
    models = {row.id: row.model for row in session.execute(select(Device.id, Device.model).where(wanted))}
    return [{"device": name, "model": models.get(name), "n": int(count)} for name, count in counts.items()]
