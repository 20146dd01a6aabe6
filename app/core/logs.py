"""One JSON line an event, to standard error; nothing confidential is ever handed to it.

Plain ASCII: whatever a caller puts into a name, it ends no line and paints no terminal.
"""

import logging
import re
import sys

import structlog

# As long as a telephone number, or longer.
_NUMBER = re.compile(r"[0-9]{9,}")


def without_numbers(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """What a library says of a fault may repeat what it was given; no person's number goes out."""
    for name in ("exception", "cause"):
        if isinstance(event.get(name), str):
            event[name] = _NUMBER.sub("…", event[name])
    return event


def configure(level: str) -> None:
    """Send every logger, the libraries' too, through one format."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_numbers,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    logging.getLogger("uvicorn.access").disabled = True  # the edge writes that line
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
