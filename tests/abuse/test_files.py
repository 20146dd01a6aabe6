"""Forms of too many parts, downloads in ten thousand pieces, and addresses that are guessed."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.models import Document, MeetingStatus
from tests.architecture.things import Things
from tests.conftest import SignIn
from tests.factories.files import make_png
from tests.factories.meetings import make_meeting
from tests.tables import fingerprint_of_tables
from tests.world import World

BOUNDARY = "x"
_FORM = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
#: What scanners ask every machine for.
_ASKED = """
/.env /.env.local /.git/config /.git/HEAD /.svn/entries /.hg/store /.DS_Store /.htaccess
/.htpasswd /.aws/credentials /.ssh/id_rsa /.well-known/security.txt /admin /admin/ /administrator
/adminer.php /phpmyadmin/ /wp-login.php /wp-admin/ /xmlrpc.php /server-status /server-info
/actuator /actuator/env /actuator/heapdump /debug /debug/pprof/ /debug/vars /console /_profiler
/trace /graphql /swagger /swagger.json /swagger-ui/ /api-docs /v2/api-docs /api/v2/me /api/me
/api/v1 /api/v1/ /api/v1/admin /api/v1/debug /api/v1/users /api/v1/config /backup /backup.zip
/backup.sql /dump.sql /db.sqlite3 /sotay.db /var/sotay.db /keys.json /var/keys.json /config.json
/settings.py /app/main.py /requirements.txt /requirements.lock /Dockerfile /compose.yaml
/pyproject.toml /robots.txt /favicon.ico /metrics /index.html /static/ /..%2f..%2fetc%2fpasswd
"""
GUESSED = _ASKED.split()


def many_parts(count: int) -> bytes:
    part = f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="f"\r\n\r\n1\r\n'
    return (part * count + f"--{BOUNDARY}--\r\n").encode()


def many_headers(count: int) -> bytes:
    headers = "".join(f"x-{number}: 1\r\n" for number in range(count))
    return f"--{BOUNDARY}\r\n{headers}\r\n1\r\n--{BOUNDARY}--\r\n".encode()


@pytest.mark.parametrize(
    "content",
    [
        many_parts(10_000),
        many_headers(10_000),
        b"--x\r\n" * 10_000,
        b"--x\r\ncontent-disposition: form-data; name=" + b"f" * 100_000 + b"\r\n\r\n1\r\n--x--",
    ],
    ids=["parts", "headers", "boundaries", "a long name"],
)
@pytest.mark.parametrize("path", ["/documents", "/imports", "/templates"])
def test_ac_34_a_form_that_swells_is_refused_and_leaves_nothing(
    sign_in: SignIn, session: Session, path: str, content: bytes
) -> None:
    before = fingerprint_of_tables(session)

    answer = sign_in("officer").post(path, content=content, headers=_FORM)

    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert fingerprint_of_tables(session) == before


def test_ac_34_a_boundary_of_a_megabyte_is_refused(sign_in: SignIn) -> None:
    kind = {"content-type": "multipart/form-data; boundary=" + "x" * 1_000_000}

    assert 400 <= sign_in("officer").post("/imports", content=b"-", headers=kind).status_code < 500


class TestDownload:
    @pytest.fixture
    def document(self, session: Session, world: World, sign_in: SignIn) -> Document:
        made: Any = Things(session, world, sign_in).document()
        assert isinstance(made, Document)
        return made

    @pytest.mark.parametrize(
        "headers",
        [
            {"range": "bytes=" + ",".join(f"{n}-{n}" for n in range(1_500))},
            {"range": "bytes=0-0,-1,5-2,9999999999-"},
            {"range": "bytes=-0"},
            {"range": "lines=1-2", "if-range": '"x"'},
        ],
        ids=["many", "nonsense", "nothing", "another unit"],
    )
    def test_ac_35_it_comes_whole_or_not_at_all(
        self, sign_in: SignIn, document: Document, headers: dict[str, str]
    ) -> None:
        answer = sign_in("member").get(f"/documents/{document.id}/file", headers=headers)

        assert answer.status_code in (200, 416)
        assert answer.content == make_png()

    def test_ac_35_it_is_put_aside_and_never_shown_in_the_page(
        self, sign_in: SignIn, document: Document
    ) -> None:
        answer = sign_in("member").get(f"/documents/{document.id}/file")

        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "no-store" in answer.headers["cache-control"]

    def test_ac_35_nobody_lists_a_folder_or_reaches_past_the_row(
        self, sign_in: SignIn, session: Session, world: World, document: Document
    ) -> None:
        draft = make_meeting(session, world.north_one, status=MeetingStatus.DRAFT)
        member = sign_in("member")
        for path in (
            f"/documents/{document.id}/file/",
            f"/documents/{document.id}/file/%2e%2e",
            f"/documents/{document.digest}/file",
            f"/documents/{draft.id}/file",
            f"/files/{document.digest}",
        ):
            assert member.get(path).status_code == 404, path
        assert member.head(f"/documents/{document.id}/file").status_code == 405


def test_ac_59_what_scanners_ask_for_is_nowhere(client: TestClient) -> None:
    assert len(GUESSED) >= 60
    for path in GUESSED:
        answer = client.get(f"http://testserver{path}")
        assert (path, answer.status_code) == (path, 404)
        assert answer.json()["code"] == "not_found"
        assert "server" not in answer.headers
