"""Growth: the cost of loads, storage and queries by the number of junctions and samples, and a model
for sizes that were not loaded.

Run `python -m analysis.growth --help`; `docs/growth.md` presents the results.
"""
