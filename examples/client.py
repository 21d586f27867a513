"""Snapshard from Python. Usage: [SNAPSHARD_URL=http://…] python client.py [compilation]"""

import os
import sys

from snapshard.client import Client

server = os.environ.get("SNAPSHARD_URL", "http://127.0.0.1:8080")
compilation = sys.argv[1] if len(sys.argv) > 1 else "sim"

with Client(server, compilation=compilation) as client:
    # A row per junction; all pages are followed. Of which release the rows are stands in attrs.
    junctions = client.junctions("chr1:1-100,000,000", filter=["samples_count>=5", "class!=DA"])
    print(
        junctions[["name", "class", "samples_count", "coverage_median"]]
        .head(3)
        .to_string(index=False)
    )
    print(
        len(junctions),
        "junctions that annotation does not know, of",
        junctions.attrs["compilation"],
        junctions.attrs["release"],
    )

    # Is one junction seen, and in which tissues? "0 of N" is a result, too.
    evidence = client.evidence(junctions["name"].iloc[0])
    print(evidence.attrs["summary"])
    print(
        evidence[["n", "N", "fraction"]]
        .sort_values("fraction", ascending=False)
        .head(3)
        .to_string()
    )
    print(client.evidence("chr1:100-200").attrs["summary"])

    # A row per junction and sample, joined with what is known of the samples.
    reads = client.tidy("chr1:1-100,000,000", filter="samples_count>=5").join(
        client.samples()["SMTS"], on="rail_id"
    )
    print(reads.groupby("SMTS")["coverage"].sum().sort_values(ascending=False).head(3).to_string())

    # The same as a sparse matrix, with its row and column keys (needs the extra `matrix`).
    matrix = client.matrix("chr1:1-100,000,000", filter="samples_count>=5")
    print(
        matrix.values.shape[0],
        "junctions x",
        matrix.values.shape[1],
        "samples,",
        matrix.values.nnz,
        "counts",
    )

    # Everything on chr21 as a file: continued if the line breaks, checked at the end.
    exported = client.export("chr21.parquet", "chr21")
    print(exported.path, exported.bytes > 0)
