"""Clients of the API, for locust. `make locust` runs them against a server of its own; by hand,
against one on this machine:

    locust -f analysis/locustfile.py --host http://127.0.0.1:8000 --compilation sim --genes genes.txt GeneWindows

`GeneWindows` asks for the junctions of one gene after the other without pause; `Mixed` also for
what people and scripts ask beside that. An answer that is not 200 counts as an error. The file of
genes has one symbol a line.
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

_KEPT = 20  # junctions of an answer that a client then asks about
_MOST_ROWS = 1_000


@events.init_command_line_parser.add_listener
def _options(parser: LocustArgumentParser) -> None:
    parser.add_argument("--compilation", default="sim", help="which compilation is asked")
    parser.add_argument("--genes", default="genes.txt", help="file of gene symbols, one a line")


@events.init.add_listener
def _only_this_machine(environment: Environment, **_: Any) -> None:
    """A load that a server did not ask for is an attack: only loopback addresses are accepted,
    given on the command line.
    """
    name = urlsplit(environment.host or "").hostname or ""
    if not (name and ipaddress.ip_address(socket.gethostbyname(name)).is_loopback):
        raise SystemExit(
            f"--host {environment.host} is not this machine: this load goes to loopback addresses only"
        )


class _Client(FastHttpUser):
    abstract = True

    def on_start(self) -> None:
        options = self.environment.parsed_options
        self.path = f"/api/v1/compilations/{options.compilation}"
        self.genes = Path(options.genes).read_text().split()
        self.seen: list[str] = []

    def ask(self, name: str, path: str) -> Any:
        """The answer, counted under the name; anything but 200 is an error."""
        answer = self.client.get(
            self.path + path, name=name, allow_redirects=False, catch_response=True
        )
        with answer:
            if answer.status_code != HTTPStatus.OK:
                answer.failure(f"answered {answer.status_code}")
        return answer

    def gene_window(self) -> Any:
        """The first 1,000 junctions of a gene, without samples."""
        return self.ask(
            "gene window", f"/junctions.json?gene={random.choice(self.genes)}&limit={_MOST_ROWS}"
        )

    def one_seen(self) -> str:
        """The name of a junction, one that an answer before had."""
        if not self.seen:
            answer = self.gene_window()
            rows = answer.json()["rows"] if answer.status_code == HTTPStatus.OK else []
            self.seen = [
                "{chromosome}:{start}-{end}:{strand}".format(**row) for row in rows[:_KEPT]
            ]
        return quote(self.seen.pop()) if self.seen else ""


class GeneWindows(_Client):
    """The junctions of one gene after the other."""

    @task
    def window(self) -> None:
        self.gene_window()


class Mixed(_Client):
    """People at the page and scripts: mostly genes, and evidence for junctions that were seen
    there.
    """

    @task(40)
    def window(self) -> None:
        self.gene_window()

    @task(20)
    def evidence(self) -> None:
        if name := self.one_seen():
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
