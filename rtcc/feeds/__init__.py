"""The outside world: what other systems send becomes events, the first step on the way into the picture."""
