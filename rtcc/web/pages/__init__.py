"""Pages: what a browser address shows; each module gives one layout made of components and figures."""
