"""A second machine, as far as the network goes: a namespace that one wire leads to, and the wire can be pulled."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.support.places import find_program


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """`address` is ours, as seen from there; `within` starts a command there."""

    name: str
    address: str

    @property
    def within(self) -> Sequence[str]:
        return ("ip", "netns", "exec", self.name)

    def pull(self) -> None:
        """Nothing passes, and neither side is told."""
        _do("ip", "link", "set", self.name, "down")

    def plug(self) -> None:
        _do("ip", "link", "set", self.name, "up")


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    """Needs root; gone at the end, with what runs there still to be ended by whoever started it."""
    number = os.getpid() % 16_000
    there = Elsewhere(f"hl{number}", f"10.{64 + number // 256}.{number % 256}.1")
    if (
        os.geteuid() != 0
        or find_program("ip") is None
        or subprocess.run(["ip", "netns", "add", there.name], check=False).returncode
    ):
        pytest.skip("a network namespace needs root and iproute2")
    inner = ["ip", "-n", there.name]
    try:
        _do("ip", "link", "add", there.name, "type", "veth", "peer", "name", "wire", "netns", there.name)
        _do("ip", "addr", "add", f"{there.address}/30", "dev", there.name)
        _do(*inner, "addr", "add", f"{there.address.removesuffix('.1')}.2/30", "dev", "wire")
        for link in ("wire", "lo"):
            _do(*inner, "link", "set", link, "up")
        there.plug()
        yield there
    finally:
        _do("ip", "netns", "del", there.name)


def _do(*command: str) -> None:
    subprocess.run(command, check=True)
