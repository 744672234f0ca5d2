"""Our own format, wire version 1 of the contract: JSON, one reading or an array of them."""

from datetime import datetime
from typing import Final

from ingest.decode.element import Element, Fault, reject
from ingest.decode.reading import read_element
from ingest.decode.status import read_status
from ingest.decode.strict_json import Document, find_flaw, parse
from ingest.decode.topic import NOTED, STATUS, Topic, read_topic
from ingest.decoded import Decoded, Noted, Outcome, Rejected

NAME: Final = "native"


def decode(payload: bytes, topic: str, received_at: datetime) -> list[Outcome]:
    """An outcome for every element, in the payload's order; one for a payload that cannot be read. Never raises.

    `received_at` (aware UTC) is the message's own time of receipt: decoding it again later decides the same.
    """
    document, source = parse(payload), read_topic(topic)
    if isinstance(source, Fault):
        return _refuse_all(document, source)
    if isinstance(document, Fault):
        return [reject(0, None, [document])]
    if source.leaf in NOTED:
        return [_note(document, source)]
    return [_outcome(document, index, source, received_at) for index in range(len(document.elements))]


def _refuse_all(document: Document | Fault, fault: Fault) -> list[Outcome]:
    """Each element under the topic's fault, so that every reading of a mistyped measure has its receipt."""
    elements = [None] if isinstance(document, Fault) else document.elements
    return [reject(index, node, [fault]) for index, node in enumerate(elements)]


def _note(document: Document, source: Topic) -> Noted | Rejected:
    node = document.elements[0]
    flaw = find_flaw(node, "") if document.flawed else None
    if flaw is None and not document.array and isinstance(node, dict):
        return Noted(status=read_status(node) if source.leaf == STATUS else None)
    return reject(0, node, [flaw or Fault("decode.not_an_object", "")])


def _outcome(document: Document, index: int, source: Topic, received_at: datetime) -> Decoded | Rejected:
    node, at = document.elements[index], document.pointer(index)
    flaw = find_flaw(node, at) if document.flawed else None
    if flaw is None and not isinstance(node, dict):
        flaw = Fault("decode.not_an_object", at)
    if flaw is not None:
        return reject(index, node, [flaw])
    return read_element(Element(index, at, node), source, received_at)
