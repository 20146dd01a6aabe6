"""What a database, or a disk, refuses for lack and not for what it was asked.

It is away, stopping, full, overloaded, or had to let somebody else go first: the same request may
succeed later, so it is never the fault of whoever asks, nor of the code.
"""

import errno
import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError

#: PostgreSQL calls it an internal error: no primary (any more), idle for too long in a transaction.
_NOT_INTERNAL = {"25006", "25P03"}
#: A deadlock, or a serialization that failed. Nothing of the transaction stands.
_LOST_RACES = {"40P01", "40001"}
#: No room, no quota, no handle; read only; broken.
_LACKS = {
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EFBIG", "EMFILE", "ENFILE", "EROFS", "EIO")
    if hasattr(errno, name)
}


def is_outage(error: DBAPIError) -> bool:
    """Whether the database failed for lack; else the statement, or what it was given, is wrong."""
    if error.connection_invalidated or isinstance(error, InterfaceError):
        return True
    if isinstance(error, InternalError):
        return _state(error) in _NOT_INTERNAL
    # SQLite calls a statement that it cannot understand by the same name as a full disk.
    return isinstance(error, OperationalError) and _code(error) != sqlite3.SQLITE_ERROR


def is_lost_race(error: Exception) -> bool:
    """Whether another transaction was let go first, so that this one may be tried at once."""
    return isinstance(error, DBAPIError) and _state(error) in _LOST_RACES


def is_full(error: BaseException | None) -> bool:
    """Whether a disk took nothing more, or there was no handle left to reach it by."""
    return isinstance(error, OSError) and error.errno in _LACKS


def _state(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _code(error: DBAPIError) -> int | None:
    return getattr(error.orig, "sqlite_errorcode", None)
