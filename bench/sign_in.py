"""Whether the time of a refusal tells if there is somebody of that name."""

import time
from statistics import median

from app.core import database
from app.demo.sign_ins import sign_ins
from bench.dashboard import Server, running
from bench.samples import Sample

PAIRS, WARM = 500, 20


def main() -> None:
    with database.reading() as session:
        known = next(person.identifier for person in sign_ins(session) if person.role == "member")
    with running(["-m", "app.cli", "serve"]) as server:
        for number in range(WARM):
            refused(server, f"9799{number:08d}")
        differences = []
        for number in range(PAIRS):
            # In turn first and second, so that neither is always the one after a pause.
            names = (f"9700{number:08d}", known)[:: 1 if number % 2 else -1]
            took = {name: refused(server, name) for name in names}
            differences.append(took[known] - took[f"9700{number:08d}"])
    Sample("sign-in", abs(median(differences))).hand_over()


def refused(server: Server, name: str) -> float:
    """Milliseconds until a wrong password is refused."""
    body = {"identifier": name, "password": "sai mật khẩu rồi nhé"}
    started = time.perf_counter()
    answer = server.client.post("/api/v1/auth/login", json=body)
    took = (time.perf_counter() - started) * 1000
    assert answer.status_code == 401, answer.text
    return took


if __name__ == "__main__":
    main()
