"""The garbage collector, held back while very many rows are alive at once."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held_back() -> Iterator[None]:
    """For bulk work of seconds: otherwise a quarter of it goes into looking for garbage in vain."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
