"""Server-sent events: what is looked at again and again is told whenever it has changed."""

import json
from collections import Counter
from collections.abc import Awaitable, Callable
from math import inf
from typing import NamedTuple
from uuid import UUID

import anyio
import anyio.to_thread
import structlog
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from app.core import database, patience
from app.core.errors import AppError, TooManyRequests, Unavailable

log = structlog.get_logger(__name__)

EVENTS = "text/event-stream"
#: So many streams one account may hold open, in each process.
AT_A_TIME = 4
#: Seconds between two looks, between two signs of life, and until a client that takes nothing
#: is let go.
EVERY = 1.0
SIGN_OF_LIFE = 15.0
PATIENCE = 30.0


class TooManyStreams(TooManyRequests):
    vi = "Bạn đang theo dõi quá nhiều công việc cùng lúc."
    en = "You are following too many things at once."


class Told(NamedTuple):
    """What a look found, by its version; `is_last` when it will not change any more."""

    version: int
    content: bytes
    is_last: bool


class _Streams:
    """Those that are open in this process, and whether it is about to stop."""

    def __init__(self) -> None:
        self.of: Counter[UUID | None] = Counter()
        self.are_closing = False


_open = _Streams()


def close() -> None:
    """Let every stream end, for the process stops; a client asks again elsewhere."""
    _open.are_closing = True


class EventStream(Response):
    """An answer that goes on. Between two looks it holds neither a thread nor a connection."""

    media_type = EVENTS

    def __init__(self, owner: UUID | None, look: Callable[[], Told]) -> None:
        super().__init__(headers={"x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._owner, self._look = owner, look

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _open.of[self._owner] >= AT_A_TIME:
            raise TooManyStreams
        _open.of[self._owner] += 1
        try:
            async with anyio.create_task_group() as both:
                both.start_soon(self._tell_all, send, both.cancel_scope)
                await _until_gone(receive)
                both.cancel_scope.cancel()
        finally:
            _open.of[self._owner] -= 1

    async def _tell_all(self, send: Send, both: anyio.CancelScope) -> None:
        try:
            await send(
                {
                    "type": "http.response.start",
                    "status": self.status_code,
                    "headers": self.raw_headers,
                }
            )
            await self._tell(lambda content: _pass_on(send, content))
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except (OSError, TimeoutError):
            log.info("a follower is gone")
        both.cancel()

    async def _tell(self, tell: Callable[[bytes], Awaitable[None]]) -> None:
        known, told_at = None, -inf
        while not _open.are_closing:
            found = await anyio.to_thread.run_sync(self._seen)
            if isinstance(found, AppError):
                code = json.dumps({"code": found.code})
                await tell(format_sse_event(event="refused", data_str=code))
                return
            now = anyio.current_time()
            if found.version != known:
                known, told_at = found.version, now
                await tell(_event(found))
            elif now - told_at >= SIGN_OF_LIFE:
                told_at = now
                await tell(KEEPALIVE_COMMENT)
            if found.is_last:
                return
            await anyio.sleep(EVERY)

    def _seen(self) -> Told | AppError:
        """What there is, or why it may not be seen: the answer has begun, nothing is raised."""
        try:
            with patience.waiting(patience.REQUEST):
                return self._look()
        except AppError as refusal:
            return refusal
        except database.FAULTS as error:
            log.warning("database unavailable", kind=type(error).__name__)
            return Unavailable()


def _event(found: Told) -> bytes:
    name = "end" if found.is_last else "job"
    return format_sse_event(event=name, data_str=found.content.decode(), id=str(found.version))


async def _pass_on(send: Send, content: bytes) -> None:
    message: Message = {"type": "http.response.body", "body": content, "more_body": True}
    with anyio.fail_after(PATIENCE):
        await send(message)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
