"""Redis itself: how to reach it, every key in it, and the embedded server of a single machine."""
