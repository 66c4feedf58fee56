"""Questions to the past: what became of an incident, what was there before, how the last hour went."""
