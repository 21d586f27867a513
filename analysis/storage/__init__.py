"""The storage spike: what a payload should be and how rows are found, measured before the schema
was written.

`python -m analysis.storage --help`. Everything that lost lives here and nowhere else. Results go to
`analysis/results/storage-*.json`, and `docs/storage.md` is their reading.
"""
