"""Rows as bytes: the one place where numbers and text become what users read."""
