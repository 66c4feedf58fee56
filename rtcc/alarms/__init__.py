"""Conditions that need a person: one pure rule a file, the engine that watches them, and what operators command."""
