"""Readers of source files, one module per format."""
