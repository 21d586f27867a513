"""Growth: what loading, disk and answers cost as junctions and samples become more, and what that
says of sizes not tried.

`python -m analysis.growth --help`; `docs/growth.md` is the reading of the results.
"""
