"""The device SDK: what people who build devices use to lose no reading. paho and the standard library only."""
