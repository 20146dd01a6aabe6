"""The committee's dashboard over HTTP beside a route that has nothing to find out."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from app.core import clock, database
from app.demo.sign_ins import sign_ins
from app.policies.actors import SYSTEM
from app.services import dashboards
from app.work import Work
from bench.place import PASSWORD
from bench.samples import Sample

PERIOD = "2026-05"
ROUNDS, OURS, BARE = 7, 300, 3_000
TICK = os.sysconf("SC_CLK_TCK")
PATIENCE = 30


class Server:
    """A server in a process of its own, and one connection to it that stays open."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False)

    def cpu(self) -> float:
        """Seconds of processor time so far, of all its threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def spend(self, path: str, times: int) -> float:
        """Milliseconds of processor time for one request."""
        before = self.cpu()
        for _ in range(times):
            assert self.client.get(path).status_code == 200
        return (self.cpu() - before) / times * 1000

    def wait(self, path: str) -> None:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                self.client.get(path)
            except httpx.TransportError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise
                time.sleep(0.1)
            else:
                return


def main() -> None:
    folder = Path(sys.argv[1])
    with running(["-m", "app.cli", "serve"]) as ours:
        path = f"/api/v1/dashboards/{sign_in(ours)}?period={PERIOD}"
        answer = folder / "dashboard.json"
        answer.write_bytes(ours.client.get(path).raise_for_status().content)
        with running(["-m", "bench.bare", str(answer)]) as bare:
            assert bare.client.get("/").content == answer.read_bytes()
            ours.spend(path, OURS)
            bare.spend("/", BARE)
            for _ in range(ROUNDS):
                Sample("dashboard", ours.spend(path, OURS), bare.spend("/", BARE)).hand_over()


def sign_in(server: Server) -> str:
    """As the officer, for all requests that follow; the id of the committee."""
    with database.reading() as session:
        officer = sign_ins(session)[0]
        committee = dashboards.find_unit(Work(session, SYSTEM, clock.now()), "")
    given = {
        "identifier": officer.identifier,
        "password": PASSWORD,
        "totp": officer.digits(clock.now()),
    }
    tokens = server.client.post("/api/v1/auth/login", json=given).raise_for_status().json()
    server.client.headers["authorization"] = f"Bearer {tokens['access_token']}"
    return str(committee)


@contextmanager
def running(command: list[str]) -> Iterator[Server]:
    """Both servers take their port from the environment."""
    port = free_port()
    process = subprocess.Popen(  # noqa: S603 - our own modules
        [sys.executable, *command],
        env=os.environ | {"PORT": str(port)},  # noqa: TID251 - the rest of it is the machine's
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        server = Server(process, port)
        server.wait("/")
        yield server
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
