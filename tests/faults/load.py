"""People who go on working while something breaks, and remember what was acknowledged."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import httpx
from sqlmodel import Session

from app.models import AuditEntry, Meeting
from tests.servers import Server
from tests.world import World, rows

#: What an honest service may say while a part of it is broken.
HONEST = {200, 201, 409, 412, 429, 503}
DRAFT = {"title": "Sinh hoạt", "starts_at": "2027-01-05T19:00:00+07:00"}


@dataclass
class Story:
    """One meeting as its only editor knows it."""

    id: UUID
    acknowledged: int = 1
    tried: int = 1
    titles: set[str] = field(default_factory=lambda: {DRAFT["title"]})


@dataclass
class Load:
    """So many editors; each makes meetings and edits them, and repeats what was not answered."""

    server: Server
    headers: dict[str, str]
    world: World
    editors: int = 6
    stories: list[Story] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    hung_up: int = 0
    without_a_hint: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def going_on(self) -> Iterator["Load"]:
        threads = [threading.Thread(target=self._edit, daemon=True) for _ in range(self.editors)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._over.set()
            for thread in threads:
                thread.join(timeout=60)
            assert not any(thread.is_alive() for thread in threads)

    def wait_for(self, more: int, within: float = 30) -> None:
        """Until so many more writes were acknowledged: the service is back."""
        wanted = self.acknowledged + more
        until = time.monotonic() + within
        while self.acknowledged < wanted:
            assert time.monotonic() < until, (self.acknowledged, wanted, self.statuses)
            time.sleep(0.02)

    @property
    def acknowledged(self) -> int:
        return sum(story.acknowledged for story in list(self.stories))

    def _edit(self) -> None:
        with self.server.client(self.headers) as client:
            while not self._over.is_set():
                if (story := self._begin(client)) is None:
                    continue
                for number in range(4):
                    if self._over.is_set() or not self._retitle(client, story, number):
                        break

    def _begin(self, client: httpx.Client) -> Story | None:
        """Repeated under its key until it is answered: there must be one meeting of it."""
        key, body = str(uuid4()), DRAFT | {"organization_id": str(self.world.north_one.id)}
        while not self._over.is_set():
            answer = self._said(client, "POST", "/api/v1/meetings", body, {"idempotency-key": key})
            if answer is not None and answer.status_code == 201:
                story = Story(UUID(answer.json()["id"]))
                self.stories.append(story)
                return story
        return None

    def _retitle(self, client: httpx.Client, story: Story, number: int) -> bool:
        title = f"Sinh hoạt lần {number}"
        version = {"if-match": f'"{story.acknowledged}"'}
        story.titles.add(title)
        story.tried += 1
        path = f"/api/v1/meetings/{story.id}"
        answer = self._said(client, "PATCH", path, {"title": title}, version)
        if answer is None or answer.status_code != 200:
            return False  # whether it was done is not known: leave this meeting as it is
        story.acknowledged += 1
        story.titles = {title}
        assert answer.json()["version"] == story.acknowledged
        return True

    def _said(
        self,
        client: httpx.Client,
        method: str,
        path: str,
        body: dict[str, str],
        headers: dict[str, str],
    ) -> httpx.Response | None:
        try:
            answer = client.request(method, path, json=body, headers=headers)
        except httpx.TransportError:
            self.hung_up += 1
            time.sleep(0.05)
            return None
        self.statuses[answer.status_code] += 1
        if answer.status_code in (429, 503):
            self.without_a_hint += "retry-after" not in answer.headers
            time.sleep(0.05)
        return answer

    def expect_kept(self, session: Session, before: int = 0) -> None:
        """I-01, I-02, I-04, I-05: all that was acknowledged, once, each with its trace.

        `before` is how many meetings there were when the load began.
        """
        assert set(self.statuses) <= HONEST, self.statuses
        assert self.without_a_hint == 0
        kept = {meeting.id: meeting for meeting in rows(session, Meeting)}
        traces = Counter(
            entry.subject_id
            for entry in rows(session, AuditEntry)
            if entry.action in ("meeting.created", "meeting.changed")
        )
        for story in self.stories:
            meeting = kept.pop(story.id)
            assert story.acknowledged <= meeting.version <= story.tried
            assert meeting.title in story.titles
            assert traces[story.id] == meeting.version
        # Begun and never answered: one at most for each editor, at the end.
        assert len(kept) - before <= self.editors
