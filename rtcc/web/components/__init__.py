"""Components: the named parts of a page, empty until the browser modules fill them from the live picture."""
