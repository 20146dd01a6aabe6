"""How long an empty database takes to become the demonstration committee."""

import time

from app.core import clock, database
from app.core.passwords import hash_password
from app.demo import load
from bench.place import PASSWORD
from bench.samples import Sample


def main() -> None:
    started = time.perf_counter()
    password_hash = hash_password(PASSWORD)
    with database.writing() as session:
        load.load(session, clock.now(), password_hash, lambda _line: None)
    Sample("demo", time.perf_counter() - started).hand_over()


if __name__ == "__main__":
    main()
