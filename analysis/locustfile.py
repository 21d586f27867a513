"""Clients of the API, for locust. `make locust` runs them against a server of its own; by hand,
against a server on this machine:

    locust -f analysis/locustfile.py --host http://127.0.0.1:8000 --compilation sim \\
        --genes genes.txt GeneWindows

`GeneWindows` requests the junctions of one gene after the other without pause; `Mixed` adds other
requests of people and scripts. A status other than 200 counts as an error. The file of genes has
one symbol per line.
"""

import ipaddress
import random
import socket
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from locust import FastHttpUser, events, task
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment

_EVIDENCE = 20
"""Junctions of a response for which a client then requests evidence."""
_MOST_ROWS = 1_000


@events.init_command_line_parser.add_listener
def _options(parser: LocustArgumentParser) -> None:
    parser.add_argument("--compilation", default="sim", help="compilation to query")
    parser.add_argument("--genes", default="genes.txt", help="file of gene symbols, one per line")


@events.init.add_listener
def _only_this_machine(environment: Environment, **_: Any) -> None:
    """Accepts only loopback addresses, because load on other servers would be an attack."""
    name = urlsplit(environment.host or "").hostname or ""
    if not (name and ipaddress.ip_address(socket.gethostbyname(name)).is_loopback):
        raise SystemExit(
            f"--host {environment.host} is not this machine: only loopback addresses are accepted"
        )


class _Client(FastHttpUser):
    abstract = True

    def on_start(self) -> None:
        options = self.environment.parsed_options
        self.path = f"/api/v1/compilations/{options.compilation}"
        self.genes = Path(options.genes).read_text().split()
        self.junctions: list[str] = []

    def ask(self, name: str, path: str) -> Any:
        """The response, counted under the name; a status other than 200 is an error."""
        response = self.client.get(
            self.path + path, name=name, allow_redirects=False, catch_response=True
        )
        with response:
            if response.status_code != HTTPStatus.OK:
                response.failure(f"HTTP {response.status_code}")
        return response

    def gene_window(self) -> Any:
        """The first 1,000 junctions of a gene, without samples."""
        return self.ask(
            "gene window", f"/junctions.json?gene={random.choice(self.genes)}&limit={_MOST_ROWS}"
        )

    def next_junction(self) -> str:
        """The name of a junction from an earlier response; empty if there is none."""
        if not self.junctions:
            response = self.gene_window()
            rows = response.json()["rows"] if response.status_code == HTTPStatus.OK else []
            self.junctions = [
                "{chromosome}:{start}-{end}:{strand}".format(**row) for row in rows[:_EVIDENCE]
            ]
        return quote(self.junctions.pop()) if self.junctions else ""


class GeneWindows(_Client):
    """Requests for the junctions of one gene after the other."""

    @task
    def window(self) -> None:
        self.gene_window()


class Mixed(_Client):
    """Requests of people and scripts: mostly genes, and evidence for their junctions."""

    @task(40)
    def window(self) -> None:
        self.gene_window()

    @task(20)
    def evidence(self) -> None:
        if name := self.next_junction():
            self.ask("evidence of a junction", f"/junctions/{name}/evidence")

    @task(15)
    def frequent(self) -> None:
        self.ask(
            "gene, filtered",
            f"/junctions.json?gene={random.choice(self.genes)}&filter=samples_count>=10&limit={_MOST_ROWS}",
        )

    @task(10)
    def gene_names(self) -> None:
        self.ask("gene names", f"/genes?prefix={random.choice(self.genes)[:-1]}")

    @task(5)
    def in_group(self) -> None:
        self.ask(
            "gene in one tissue",
            f"/junctions.json?gene={random.choice(self.genes)}&group=Brain&limit=100",
        )

    @task(5)
    def with_samples(self) -> None:
        self.ask(
            "gene with samples",
            f"/junctions.tsv?gene={random.choice(self.genes)}&samples=true&limit=100",
        )

    @task(5)
    def samples(self) -> None:
        self.ask("samples", "/samples?q=brain&limit=100")
