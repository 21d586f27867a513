"""The systems that are compared, one module each, and the list of them all."""
