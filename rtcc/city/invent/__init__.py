"""The default city: invented whole from a seed, so that no invented crime ever happens on a real person's street."""
