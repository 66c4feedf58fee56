"""The ground: a city pack on disk becomes an answer to "where is that?" and the lines under the map."""
