"""The embedded broker (iotcore, which is rumqttd in a wheel): for the demo and for tests, never for patients.

It knows no passwords, no topic permissions and no encryption, keeps nothing on disk and forgets all sessions when it
ends. It speaks MQTT 3.1.1, delivers at most 100 unacknowledged messages, and closes connections with keep-alive 0.
"""

import ipaddress
import logging
import socket
import tempfile
from collections.abc import Callable
from threading import Event
from typing import Final

from hearthline.addresses import Broker
from hearthline.errors import BROKER, USAGE, Failure

WARNING: Final = "embedded broker: no passwords, no encryption, nothing kept on disk; for demo and tests only"
MAX_PAYLOAD: Final = 131_072  # twice what a device may send, so that excess is refused by ingest and answered
SEGMENT: Final = 100 * 1024 * 1024  # below this a filter's oldest messages are dropped without a word
SEGMENTS: Final = 10
CONFIG: Final = """\
id = 0
[router]
id = 0
max_connections = 10010
max_outgoing_packet_count = 200
max_segment_size = {segment}
max_segment_count = {segments}
[v4.1]
name = "v4-1"
listen = "{address}"
next_connection_delay_ms = 1
[v4.1.connections]
connection_timeout_ms = 60000
max_payload_size = {payload}
max_inflight_count = 100
dynamic_filters = true
"""


def serve(address: Broker, stop: Event, on_start: Callable[[], None]) -> None:
    """Listen at `address` until `stop` is set; the listener itself is gone only when this process has ended.

    Raises Failure when iotcore is not installed, when the address is taken or none of this machine, and for mqtts.
    """
    try:
        from iotcore import IotCoreBroker
    except ImportError:
        raise Failure("the embedded broker is not installed", "run: pip install 'hearthline[demo]'", BROKER) from None
    logging.getLogger("rumqttd").setLevel(logging.CRITICAL)  # it reports every packet as an error
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(describe(address))
        file.flush()
        broker = IotCoreBroker(config_path=file.name)
        try:
            broker.check_ports()
        except OSError as error:
            raise _refused(address, error) from None
        broker.start()
    on_start()
    stop.wait()


def describe(address: Broker) -> str:
    """rumqttd's configuration for a listener at `address`, which is this machine's loopback: it asks nobody who they
    are. Raises Failure for any other."""
    if address.tls:
        raise Failure("the embedded broker knows no mqtts", "set broker.url to mqtt://127.0.0.1:1883", USAGE)
    try:
        host = ipaddress.ip_address(socket.gethostbyname(address.host))
    except OSError:
        raise Failure(f"{address.host} is no address of this machine", "set broker.url", BROKER) from None
    if not host.is_loopback:
        wrong = f"the embedded broker listens on loopback only, not on {address.host}"
        raise Failure(wrong, f"set broker.url to mqtt://127.0.0.1:{address.port}, or run Mosquitto", USAGE)
    return CONFIG.format(address=f"{host}:{address.port}", segment=SEGMENT, segments=SEGMENTS, payload=MAX_PAYLOAD)


def _refused(address: Broker, error: OSError) -> Failure:
    if "os error 98" in str(error) or "in use" in str(error):
        wrong = f"port {address.port} of {address.host} is in use"
        return Failure(wrong, "end the other program, or set another broker.url", BROKER)
    return Failure(f"cannot listen on {address.host}:{address.port}", "choose another address in broker.url", BROKER)
