"""What the world is made of: events, entities' fields and lifecycles; imports nothing else of ours."""
