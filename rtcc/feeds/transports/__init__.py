"""The ways in which events reach us; each file here is one of them, and hands its events to a plain callable."""
