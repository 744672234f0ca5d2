"""The naive program, the measure of all others: on_message, pydantic, one ORM commit a message, automatic
acknowledgement. It keeps no ledger, no identity and no queue, and evaluates nothing.

Usage: naive.py PORT DATABASE_URL, a migrated database with the same pragmas.
"""

import sys
from datetime import datetime
from typing import Any
from uuid import uuid4

import paho.mqtt.client as mqtt
from pydantic import BaseModel
from sqlalchemy.orm import Session

from models.engine import open_writer
from models.measures import stream_of
from models.tables import Reading


class Quantity(BaseModel):
    value: float
    unit: str


class Payload(BaseModel):
    id: str
    seq: int
    measured_at: datetime
    started_at: datetime | None = None
    values: dict[str, Quantity]
    context: dict[str, str] = {}


def row(topic: str, payload: bytes, now: datetime) -> Reading:
    device, measure = topic.split("/")[3:5]
    sent = Payload.model_validate_json(payload)
    offset = sent.measured_at.utcoffset()
    assert offset is not None
    return Reading(
        id=uuid4(), message_id=uuid4(), device_id=device, patient_id=device, assignment_id=uuid4(), measure=measure,
        stream=stream_of(measure, sent.context), given_id=sent.id, seq=sent.seq, started_at=sent.started_at,
        measured_at=sent.measured_at, utc_offset=int(offset.total_seconds() // 60),
        device_time=sent.measured_at.isoformat(), time_source="device", time_quality="good", received_at=now,
        stored_at=now, quality=[], context=sent.context,
        as_sent={name: [str(each.value), each.unit] for name, each in sent.values.items()}, content_digest="",
        **{name: each.value for name, each in sent.values.items()},
    )  # fmt: skip


def main(port: int, url: str) -> None:
    engine = open_writer(url)

    def on_connect(client: mqtt.Client, *_: Any) -> None:
        client.subscribe("hearthline/v1/up/#", qos=1)

    def on_message(_client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        with Session(engine) as session, session.begin():
            session.add(row(message.topic, message.payload, datetime.now().astimezone()))

    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, "naive", clean_session=False, protocol=mqtt.MQTTv311)
    client.on_connect, client.on_message = on_connect, on_message
    client.on_subscribe = lambda *_: print("broker.subscribed", flush=True)
    client.connect("127.0.0.1", port)
    client.loop_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
