"""Generators of the pages in docs/: `make docs` writes them all, and a test compares each.

A page is a Markdown file. Its prose is written by hand; each generated part is between the markers
of analysis/document.py and comes from the function of its name. Nothing here is installed with the
packages.
"""
