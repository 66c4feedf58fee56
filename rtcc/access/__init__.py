"""Who may do and see what: keys, and the table of what each audience receives."""
