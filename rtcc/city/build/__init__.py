"""Makes a city pack from public files, once, before anything is located in the city."""
