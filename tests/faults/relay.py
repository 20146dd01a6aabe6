"""A relay between the service and its database, that can be cut, stopped, slowed or half closed."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

CHUNK: Final = 65_536


class Relay:
    """Bytes pass both ways until told otherwise; connections come and go as they like."""

    def __init__(self, upstream: Path) -> None:
        self._upstream = upstream
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        self._flows = {"up": threading.Event(), "down": threading.Event()}
        self.delay = 0.0
        self.is_refusing = False
        self.flow()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def flow(self) -> None:
        """All is well again."""
        self.delay, self.is_refusing = 0.0, False
        for gate in self._flows.values():
            gate.set()

    def stop(self, *ways: str) -> None:
        """Nothing passes, and nobody is told: both ways, or only "up" or only "down"."""
        for way in ways or tuple(self._flows):
            self._flows[way].clear()

    def cut(self) -> None:
        """Every connection ends, in the middle of whatever it carries."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                _close(end)

    def close(self) -> None:
        self.flow()
        _close(self._listener)
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            try:
                if self.is_refusing:
                    raise ConnectionRefusedError
                far.connect(str(self._upstream))
            except OSError:
                _close(near)
                _close(far)
                continue
            with self._lock:
                self._pairs.append((near, far))
            for source, target, way in ((near, far, "up"), (far, near, "down")):
                threading.Thread(target=self._pass, args=(source, target, way), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, way: str) -> None:
        with suppress(OSError):
            while content := source.recv(CHUNK):
                self._flows[way].wait()
                if self.delay:
                    time.sleep(self.delay)
                target.sendall(content)
        _close(source)
        _close(target)


@contextmanager
def relay_to(upstream: Path) -> Iterator[Relay]:
    made = Relay(upstream)
    try:
        yield made
    finally:
        made.close()


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
