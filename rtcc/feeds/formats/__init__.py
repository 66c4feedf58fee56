"""The shapes in which other systems tell what happened; each file here reads one of them."""
