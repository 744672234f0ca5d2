"""One file a command: options, one call into a room, printing. `hearthline.cli` lists all; heavy imports are inside."""
