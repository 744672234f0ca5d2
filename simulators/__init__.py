"""Home: simulated patients, their devices and the faults of both; knows the wire contract and nothing else of ours."""
