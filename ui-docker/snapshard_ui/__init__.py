"""The Flask server: REST API, web page and the Snaptron protocol."""
