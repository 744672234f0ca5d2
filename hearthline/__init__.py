"""The shell: the command, its settings, and the one-command demo; it wires the rooms together."""

__version__ = "0.1.0"
