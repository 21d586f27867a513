"""Values of samples: each is given as it is, in every format, and read whole by pandas and R."""

import csv
import io
import json
import os
import shutil
import subprocess

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from odd_source import SAMPLES

from snapshard.client import Refused

TABLE = [line.split("\t") for line in SAMPLES.splitlines()]
NAMES, ROWS = TABLE[0], TABLE[1:]


def test_a_value_that_does_not_fit_its_field_is_given_as_text_in_json(http):
    expected = [
        {"age": 40, "weight": 1.5},
        {"age": 45, "weight": 2},
        {"age": "90+", "weight": None},
        {"age": 47, "weight": None},
    ]
    lines = http.get("/samples.ndjson?fields=age,weight&about=false").text.splitlines()
    assert [json.loads(line) for line in lines] == expected
    assert http.get("/samples?fields=age,weight").json()["rows"] == expected
    assert http.get("/samples/3").json()["sample"]["age"] == "90+"


def test_text_formats_have_every_value_as_it_is(http):
    assert http.get("/samples.tsv?about=false").text == SAMPLES
    assert list(csv.reader(io.StringIO(http.get("/samples.csv?about=false").text))) == TABLE


def test_a_field_with_a_text_is_text_in_arrow_and_parquet(http):
    with pa.ipc.open_stream(http.get("/samples.arrow").content) as stream:
        arrow = stream.read_all()
    parquet = pq.read_table(io.BytesIO(http.get("/samples.parquet").content))
    for table in (arrow, parquet):
        assert table["age"].to_pylist() == ["40", "45", "90+", "47"]
        assert table["weight"].to_pylist() == [1.5, 2.0, None, None]
        assert table["note"].to_pylist() == [row[-1] for row in ROWS]
        assert table["rail_id"].to_pylist() == [1, 2, 3, 4]
    # A page of which every value fits has the types of the whole file.
    page = pq.read_table(io.BytesIO(http.get("/samples.parquet?limit=2").content))
    assert page["age"].to_pylist() == ["40", "45"]


def test_the_client_gives_every_value_whole(client):
    frame = client.samples()
    assert frame["age"].tolist() == ["40", "45", "90+", "47"]
    assert frame["note"].tolist() == [row[-1] for row in ROWS]
    assert frame["weight"].isna().tolist() == [False, False, True, True]


def test_pandas_reads_every_value_whole(http):
    url = f"{http.base_url}samples.tsv?about=false"
    frame = pd.read_csv(url, sep="\t", quoting=csv.QUOTE_NONE, keep_default_na=False, dtype=str)
    assert frame.to_numpy().tolist() == ROWS


def test_the_documented_r_reads_every_value_whole(server, tmp_path, request):
    if shutil.which("Rscript") is None:
        pytest.skip("no R")
    example = request.config.rootpath / "examples" / "snapshard.R"
    functions = example.read_text(encoding="utf-8").partition("# An export has every row")[0]
    script = tmp_path / "read.R"
    script.write_text(
        functions
        + 'table <- read_table(address("/samples.tsv"))\n'
        + "cat(names(table), sep = '\\t', fill = 10000)\n"
        + "for (row in seq_len(nrow(table))) cat(as.character(unlist(lapply(table, `[`, row))),"
        + " sep = '\\t', fill = 10000)\n",
        encoding="utf-8",
    )
    answer = subprocess.run(
        ["Rscript", str(script), "odd"],
        env={**os.environ, "SNAPSHARD_URL": server.url},
        capture_output=True,
        text=True,
        check=True,
    )
    printed = [line.split("\t") for line in answer.stdout.splitlines()]
    # R prints 1.5 and 2 as numbers, and a missing number as NA.
    expected = [[value or "NA" for value in row] for row in TABLE]
    assert printed == expected


def test_samples_that_the_release_lacks_are_named(http, root, client):
    for path in ("/junctions", "/junctions:export.tsv"):
        answer = http.get(path, params={"sample_ids": "1,999,4,77"})
        assert answer.status_code == 400
        assert "got '77,999'" in answer.json()["detail"]
    for ask in (client.junctions, client.tidy, client.matrix, client.count):
        with pytest.raises(Refused, match="999"):
            ask(sample_ids=[1, 999])
    page = root.get("/", params={"compilation": "odd", "q": "", "sample_ids": "1,999"})
    assert page.status_code == 400
    assert "999" in page.text
    assert http.get("/junctions", params={"sample_ids": "1,4"}).status_code == 200


def test_snaptron_tolerates_samples_that_the_release_lacks(root):
    known = root.get("/odd/snaptron?regions=chr1:1-100000&sids=1").text
    assert root.get("/odd/snaptron?regions=chr1:1-100000&sids=1,999").text == known
    assert root.get("/odd/samples?ids=999").text.endswith("ODD:S\t999" + "\tNA" * 6 + "\n")
