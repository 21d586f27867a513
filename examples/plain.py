"""Snapshard from pandas alone: a URL is a table. Usage: [SNAPSHARD_URL=http://…] python plain.py
[compilation]
"""

import csv
import os
import sys
from urllib.parse import urlencode

import pandas as pd

server = os.environ.get("SNAPSHARD_URL", "http://127.0.0.1:8080")
api = f"{server}/api/v1/compilations/{sys.argv[1] if len(sys.argv) > 1 else 'sim'}"

# Nothing is quoted, and NA is a text like any other; about=false leaves out the line that describes the data.
table = {"sep": "\t", "quoting": csv.QUOTE_NONE, "keep_default_na": False, "na_values": [""]}

# An export has every row; a page (junctions.tsv) would end after 1,000.
query = urlencode({"region": "chr1:1-100,000,000", "filter": "samples_count>=5", "about": "false"})
junctions = pd.read_csv(f"{api}/junctions:export.tsv?{query}", **table)
print(len(junctions), "junctions in 5 samples or more")
print(junctions[["name", "samples_count"]].head(3).to_string(index=False))

query = urlencode({"region": "chr21", "shape": "tidy", "about": "false"})
reads = pd.read_csv(f"{api}/junctions:export.tsv?{query}", **table)
print(len(reads), "reads rows of", reads["rail_id"].nunique(), "samples on chr21")
