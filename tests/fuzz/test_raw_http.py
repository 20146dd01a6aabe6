"""What no client library sends, by plain sockets to a real server: an error or silence, never two.

Before the service stands a proxy that may read a request in another way. So whatever can be read in
two ways is answered once, by a refusal, and the connection ends; a request hidden in it is not
answered at all.
"""

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import product

import pytest

from tests.servers import PATIENCE, Server, environment_of, served
from tests.world import World

#: Asked for inside of other requests; whoever answers it has been deceived.
HIDDEN = b"GET /hidden-request HTTP/1.1\r\nHost: a\r\n\r\n"
TOLD = b"GET /health/live HTTP/1.1\r\nHost: a\r\n"
GOOD = b"GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
PLACE = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"


def in_two_ways() -> Iterator[tuple[str, bytes]]:
    """Where the body ends, said in every odd way, before a request that must stay unread."""
    lengths = (b"Content-Length: 0", b"Content-Length: 4", b"Content-Length: 44")
    codings = (
        b"Transfer-Encoding: chunked",
        b"Transfer-Encoding : chunked",
        b"Transfer-Encoding:\tchunked",
        b"Transfer-Encoding: xchunked",
        b"Transfer-Encoding: chunked, identity",
        b"Transfer-Encoding: identity, chunked",
        b"Transfer-Encoding: identity",
        b"Transfer-Encoding: CHUNKED",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        b"Transfer-Encoding:\r\n chunked",
        b"Transfer-Encoding: \x0bchunked",
        b"Transfer-Encoding: chunked\x00",
        b"X: y\nTransfer-Encoding: chunked",
        b"X: y\rTransfer-Encoding: chunked",
        b"transfer_encoding: chunked",
        b"Transfer-Encoding: gzip, chunked",
    )
    for length, coding in product(lengths, codings):
        for first, second in ((length, coding), (coding, length)):
            head = PLACE + first + b"\r\n" + second + b"\r\n\r\n"
            yield f"{first!r} {second!r}", head + b"0\r\n\r\n" + HIDDEN
    for odd in (
        *(b"Content-Length: " + value for value in (b"-1", b"+4", b"0x4", b"4 4", b"4,4", b"4, 5")),
        *(b"Content-Length: " + value for value in (b"", b"1e1", b"4.0", b"9" * 40, b"\xd9\xa1")),
        b"Content-Length: 4\r\nContent-Length: 5",
        b"Content-Length : 4",
        b"Content-Length:\r\n 4",
    ):
        yield repr(odd), PLACE + odd + b"\r\n\r\nabcd" + HIDDEN


def broken_chunks() -> Iterator[tuple[str, bytes]]:
    head = PLACE + b"Transfer-Encoding: chunked\r\n\r\n"
    for chunk in (
        *(b"-1", b"+4", b"0x4", b"4 ", b" 4", b"4;", b"g", b"", b"\x00", b"4\x00", b"4\n", b"4\r"),
        *(b"f" * 17, b"7fffffffffffffff", b"00000000000000000004", b"4;" + b"a" * 70_000),
        *(b"4;a=b\nX", b'4;a="', b"4\t", b"1_0", b"\xd9\xa1"),
    ):
        yield f"chunk {chunk[:20]!r}", head + chunk + b"\r\nabcd\r\n0\r\n\r\n" + HIDDEN
    for end in (b"0\n\n", b"0\r\n", b"0\r\n\r", b"0\r\nX: y\nZ: a\r\n\r\n", b"0\r\nX\r\n\r\n"):
        yield f"end {end!r}", head + b"4\r\nabcd\r\n" + end
    yield "without a line end", head + b"4\r\nabcdX0\r\n\r\n" + HIDDEN
    yield "line feeds alone", head.replace(b"\r\n", b"\n") + b"4\nabcd\n0\n\n" + HIDDEN


def odd_heads() -> Iterator[tuple[str, bytes]]:
    for line in (
        *(b"Host: b", b"Host:", b"host: a", b"Host : b", b" Host: b", b"Host\t: b", b"Host: a, b"),
        *(b"X", b": y", b"X y: z", b"X\x00: y", b"X: \x00", b"X: a\rb", b"X: a\nb", b"\x80: y"),
        *(b"X:" + b" " * 40_000, b"X: " + b"a" * 20_000, b"X: y\r\n z", b"X: y\r\n\tz", b"\x0b: y"),
        *(b"Expect: 100-continue", b"Expect: 200-ok", b"Upgrade: h2c\r\nConnection: Upgrade"),
        *(b"Upgrade: websocket\r\nConnection: Upgrade", b"Connection: Host", b"Trailer: Host"),
        *(b"Content-Encoding: gzip", b"Range: bytes=0-,0-,0-", b"Cookie: " + b"a=b; " * 4_000),
    ):
        yield f"line {line[:30]!r}", GOOD[:-2] + line + b"\r\n\r\n"
    yield "many lines", GOOD[:-2] + b"X: y\r\n" * 5_000 + b"\r\n"
    target = b"/health/live"
    for first in (
        *(b"GET " + target, b"GET  " + target + b" HTTP/1.1", b"GET " + target + b" HTTP/1.1 "),
        *(b" GET " + target + b" HTTP/1.1", b"GET\t" + target + b"\tHTTP/1.1", b"\x00", b""),
        *(b"GET " + target + b" HTTP/" + word for word in (b"0.9", b"1.0", b"2.0", b"9.9", b"x")),
        *(b"GET " + target + b" http/1.1", b"GET " + target + b" HTTP/1.1\r", b"GET HTTP/1.1"),
        *(b"GET http://b" + target + b" HTTP/1.1", b"GET //b" + target + b" HTTP/1.1"),
        *(b"GET \\a HTTP/1.1", b"GET /\x00 HTTP/1.1", b"GET /\xff HTTP/1.1", b"GET * HTTP/1.1"),
        *(b"OPTIONS * HTTP/1.1", b"CONNECT a:80 HTTP/1.1", b"TRACE / HTTP/1.1", b"PRI * HTTP/2.0"),
        *(b"GET /" + b"a" * 70_000 + b" HTTP/1.1", b"G" * 70_000 + b" / HTTP/1.1"),
        *(b"G\xc3\x89T / HTTP/1.1", b"GET /%zz HTTP/1.1"),
        *(b"GET /a b HTTP/1.1", b"GET /#x HTTP/1.1", b"GET /?\xff HTTP/1.1", b"GET a HTTP/1.1"),
        *(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"SSH-2.0-a", b"PROXY TCP4 1 2 3 4"),
    ):
        yield f"first {first[:30]!r}", first + b"\r\nHost: a\r\nConnection: close\r\n\r\n"
    for pause in (b"\r\n" * 3, b"\n" * 3, b"\r" * 3, b" \r\n"):
        yield f"before all {pause!r}", pause + GOOD
    yield "two hosts", TOLD + b"Host: b\r\n\r\n"
    yield "no host", b"GET /health/live HTTP/1.1\r\n\r\n"


def cut_off() -> Iterator[tuple[str, bytes]]:
    """Ended in the middle, at every place of a whole request."""
    body = b'{"identifier": "970080000001", "password": "a"}'
    whole = PLACE + b"Content-Length: 60\r\n\r\n" + body
    for end in range(1, len(whole)):
        yield f"cut at {end}", whole[:end]


CASES = [*in_two_ways(), *broken_chunks(), *odd_heads(), *cut_off()]


class Plug:
    """Where a server is to be reached."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.place = ("127.0.0.1", int(server.address.rpartition(":")[2]))

    def said_to(self, sent: bytes, piece: int = 1 << 20) -> bytes:
        """All that is answered to it, until the other side hangs up."""
        with socket.create_connection(self.place, timeout=PATIENCE) as plug:
            plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            heard = b""
            try:
                for start in range(0, len(sent), piece):
                    plug.sendall(sent[start : start + piece])
                plug.shutdown(socket.SHUT_WR)
                while part := plug.recv(65_536):
                    heard += part
            except OSError as error:
                if isinstance(error, TimeoutError):
                    raise
            return heard  # or it hung up before everything was said

    def is_well(self) -> bool:
        return self.server.process.poll() is None and statuses(self.said_to(GOOD)) == [200]


def statuses(heard: bytes) -> list[int]:
    return [int(status) for status in _STATUS.findall(heard)]


_STATUS = re.compile(rb"^HTTP/1\.[01] ([0-9]{3}) ", re.MULTILINE)


@pytest.mark.long
def test_what_can_be_read_in_two_ways_is_answered_once(world: World) -> None:
    wrong: dict[str, object] = {}
    with served(environment_of()) as server:
        plug = Plug(server)
        for name, sent in CASES:
            heard = statuses(plug.said_to(sent))
            if heard[1:] not in ([], [400]) or 404 in heard[1:] or max(heard, default=0) >= 500:
                wrong[name] = heard
            if not plug.is_well():
                wrong[name] = "the server is not well"

    assert len(CASES) >= 300
    assert wrong == {}


@pytest.mark.long
def test_who_is_slow_is_answered_and_holds_up_nobody(world: World) -> None:
    with served(environment_of()) as server, ExitStack() as crowd:
        plug = Plug(server)
        for number in range(100):
            idler = crowd.enter_context(socket.create_connection(plug.place))
            idler.sendall(GOOD[: number % len(GOOD)])
        assert statuses(plug.said_to(GOOD, piece=1)) == [200]
        assert plug.is_well()
