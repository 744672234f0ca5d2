"""A line between a client and a server that can be cut, held, slowed or made to break while it is in use."""

import contextlib
import socket
import struct
import time
from dataclasses import dataclass, field
from random import Random
from threading import Event, Lock, Thread

CHUNK = 4096
RETRANSMISSION = 0.25  # what a lost packet costs on a line with 100 ms of latency: the stream waits, nothing is missing


@dataclass(slots=True)
class Way:
    """One direction. `delay` seconds and `loss` (share that waits for a retransmission) are of a chunk, `rate` is
    bytes/s, `breaks` the chance that a chunk, which its sender knows as delivered, is lost and its connection ends."""

    flowing: Event = field(default_factory=Event)
    delay: float = 0.0
    rate: float = 0.0
    loss: float = 0.0
    breaks: float = 0.0

    def reset(self) -> None:
        self.delay = self.rate = self.loss = self.breaks = 0.0
        self.flowing.set()


class Line:
    """Listens on `port` and forwards to `target` on loopback. `up` is from client to server, `down` back."""

    def __init__(self, target: int, chance: Random, address: str = "127.0.0.1") -> None:
        self.up, self.down = Way(), Way()
        self._target, self._chance, self._guard = target, chance, Lock()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._forgotten: list[socket.socket] = []  # kept, for a socket that nobody holds is closed, and that is told
        self._open, self._ended = True, False
        self._listener = socket.create_server((address, 0))
        self.port = int(self._listener.getsockname()[1])
        self.heal()
        Thread(target=self._accept, daemon=True).start()

    def heal(self) -> None:
        """Everything flows again; connections that were only held go on where they stopped."""
        self._open = True
        self.up.reset()
        self.down.reset()

    def hold(self, *ways: Way) -> None:
        """Nothing passes in these directions; nobody is told."""
        for way in ways or (self.up, self.down):
            way.flowing.clear()

    def slow(self, *, delay: float, rate: float, loss: float) -> None:
        for way in (self.up, self.down):
            way.delay, way.rate, way.loss = delay, rate, loss

    def breaking(self, chance: float) -> None:
        self.up.breaks = self.down.breaks = chance

    def cut(self, *, refuse: bool) -> None:
        """End every connection; with `refuse` new ones are ended at once until the line is healed."""
        self._open = not refuse
        for client, server in self._taken():
            _close(client)
            _close(server)

    def lose(self) -> None:
        """End every connection as a machine does that loses its power and is there again: nobody is told now, and who
        asks later is told that there is no such connection."""
        for client, server in self._taken():
            with contextlib.suppress(OSError):  # one that has ended meanwhile is not there to be lost
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.shutdown(socket.SHUT_RD)  # or else whoever reads from it would keep it
            _close(server)
            time.sleep(0.2)
            client.close()

    def forget(self) -> None:
        """The server's side ends, the client is not told: half-open, as after a router lost its state."""
        for client, server in self._taken():
            self._forgotten.append(client)
            _close(server)

    def close(self) -> None:
        self._ended = True
        _close(self._listener)
        self.heal()
        self.cut(refuse=True)
        for client in self._forgotten:
            _close(client)

    def _taken(self) -> list[tuple[socket.socket, socket.socket]]:
        with self._guard:
            pairs, self._pairs = self._pairs, []
        return pairs

    def _accept(self) -> None:
        while not self._ended:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._target), timeout=2) if self._open else None
            except OSError:
                server = None
            if server is None:
                _close(client)
                continue
            self._join(client, server)

    def _join(self, client: socket.socket, server: socket.socket) -> None:
        for end in (client, server):
            end.settimeout(None)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._guard:
            self._pairs = [*(pair for pair in self._pairs if pair[0].fileno() != -1), (client, server)]
        Thread(target=self._pump, args=(client, server, self.up), daemon=True).start()
        Thread(target=self._pump, args=(server, client, self.down), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, way: Way) -> None:
        """A client whose server was taken from it by `forget` goes on talking to nobody."""
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                way.flowing.wait()
                self._travel(way, len(data))
                if way.breaks and self._chance.random() < way.breaks:
                    break
                target.sendall(data)
        if self._still_known(source, target):
            _close(target)
            _close(source)

    def _still_known(self, one: socket.socket, other: socket.socket) -> bool:
        with self._guard:
            return any({one, other} == set(pair) for pair in self._pairs)

    def _travel(self, way: Way, size: int) -> None:
        seconds = way.delay + (size / way.rate if way.rate else 0.0)
        if way.loss and self._chance.random() < way.loss:
            seconds += RETRANSMISSION
        if seconds:
            time.sleep(seconds)


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
