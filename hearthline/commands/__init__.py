"""One file a command: options, one call into a room, printing. `hearthline.cli` lists them; heavy imports are inside."""
