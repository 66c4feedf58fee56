"""The languages in which other systems are told what the picture holds; each file here writes one of them."""
