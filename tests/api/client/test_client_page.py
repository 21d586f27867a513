"""The code of docs/client.md runs, and its tables name what there is."""

import re
from pathlib import Path

import snapshard.client
from snapshard.client import Client
from snapshard.client.selection import Selection

PAGE = (Path(__file__).parents[3] / "docs" / "client.md").read_text()


def test_the_code_runs(server, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 5
    names = {}
    for block in blocks:
        exec(
            compile(block.replace("http://127.0.0.1:8080", server), "docs/client.md", "exec"), names
        )
    out = capsys.readouterr().out
    assert "of 40 samples" in out
    assert "chr21.tsv" in out
    assert "filter" in out
    assert "no gene 'NOSUCHGENE'" in out


def test_the_tables_name_every_method_condition_and_exception():
    said = set(
        re.findall(
            r"\w+",
            " ".join(re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL))),
        )
    )
    methods = {name for name in dir(Client) if not name.startswith("_")} - {
        "base",
        "local",
        "close",
    }
    errors = set(snapshard.client.__all__) - {"AnswerError"}
    assert methods | set(Selection.__dataclass_fields__) | errors <= said
