"""The storage study: the form of the payload and the index of rows, measured before the schema was
written.

Run `python -m analysis.storage --help`. The rejected layouts exist only here. Results are written
to `analysis/results/storage-*.json`, and `docs/storage.md` presents them.
"""
