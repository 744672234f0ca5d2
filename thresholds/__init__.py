"""Rules: readings and limits in, episodes out; pure, no database, no clock of its own."""
