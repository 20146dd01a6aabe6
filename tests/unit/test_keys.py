"""The file of keys: secret, whole at every moment, and followed by whoever runs."""

import json
import os
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.core import keys
from app.core.keys import KEY_BYTES, KeysMissing, Ring, read_keys


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "deep" / "down" / "keys.json"
    keys.create_keys(path)
    return path


class TestCreate:
    def test_three_kinds_of_keys_all_different_and_for_the_owner_alone(self, file: Path) -> None:
        made = read_keys(file)

        assert (made.active_field, list(made.fields)) == ("1", ["1"])
        assert len({made.index, made.tokens, *made.fields.values()}) == 3
        assert {len(key) for key in (made.index, made.tokens)} == {KEY_BYTES} == {32}
        assert file.stat().st_mode & 0o777 == 0o600

    def test_beside_other_files(self, file: Path) -> None:
        keys.create_keys(file.with_name("others.json"))

        assert read_keys(file.with_name("others.json")) != read_keys(file)

    def test_when_it_was_written_is_known(self, file: Path) -> None:
        os.utime(file, (86_400, 86_400))

        assert keys.changed_at(file) == datetime(1970, 1, 2, tzinfo=UTC)

    def test_never_over_another_file(self, file: Path) -> None:
        before = file.read_bytes()

        with pytest.raises(FileExistsError):
            keys.create_keys(file)

        assert file.read_bytes() == before


class TestRead:
    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o601, 0o644])
    def test_a_file_that_others_may_open_is_refused_by_name(self, file: Path, mode: int) -> None:
        file.chmod(mode)

        with pytest.raises(KeysMissing, match="is open to others: chmod 600"):
            read_keys(file)

    @pytest.mark.parametrize("mode", [0o600, 0o400])
    def test_one_for_its_owner_alone_is_read(self, file: Path, mode: int) -> None:
        file.chmod(mode)

        assert read_keys(file).active_field == "1"

    def test_a_missing_one_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(KeysMissing, match="is missing: restore it"):
            read_keys(tmp_path / "none.json")

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"fields": 1}', '{"fields": {"1": 5}}'])
    def test_what_is_no_file_of_keys_is_said(self, file: Path, text: str) -> None:
        file.write_text(text)

        with pytest.raises(KeysMissing, match="is not a file of keys"):
            read_keys(file)

    @pytest.mark.parametrize("name", ["index", "tokens", "fields", "active_field"])
    def test_a_short_key_or_a_missing_one_is_said(self, file: Path, name: str) -> None:
        content = json.loads(file.read_text())
        short = {"fields": {"1": "c2hvcnQ="}, "active_field": "2"}.get(name, "c2hvcnQ=")
        file.write_text(json.dumps(content | {name: short}))

        with pytest.raises(KeysMissing, match="keys of the wrong length"):
            read_keys(file)


class TestChange:
    def test_an_added_key_seals_nothing_yet(self, file: Path) -> None:
        before = read_keys(file)

        assert keys.add_field_key(file) == "2"

        after = read_keys(file)
        assert (after.active_field, after.newest, before.newest) == ("1", "2", "1")
        assert after.fields["1"] == before.fields["1"] != after.fields["2"]
        assert (after.index, after.tokens) == (before.index, before.tokens)
        assert file.stat().st_mode & 0o777 == 0o600
        assert list(file.parent.iterdir()) == [file]

    def test_the_tenth_key_follows_the_ninth(self, file: Path) -> None:
        names = [keys.add_field_key(file) for _ in range(10)]

        assert names == [str(number) for number in range(2, 12)]

    def test_an_older_key_is_dropped_and_its_id_is_not_given_again(self, file: Path) -> None:
        keys.activate_field_key(file, keys.add_field_key(file))
        keys.drop_field_keys(file, ["1"])

        assert list(read_keys(file).fields) == ["2"]
        assert keys.add_field_key(file) == "3"

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda file: keys.drop_field_keys(file, ["1"]),
            lambda file: keys.activate_field_key(file, "7"),
        ],
    )
    def test_a_change_that_would_spoil_the_file_leaves_it_as_it_was(
        self, file: Path, spoil: Callable[[Path], None]
    ) -> None:
        before = file.read_bytes()

        with pytest.raises(KeysMissing):
            spoil(file)

        assert file.read_bytes() == before
        assert list(file.parent.iterdir()) == [file]


class TestRing:
    def test_it_follows_the_file(self, file: Path) -> None:
        ring = Ring(file)
        content = json.loads(file.read_text())
        other = content | {"fields": content["fields"] | {"5": content["index"]}}
        file.write_text(json.dumps(other))

        assert ring.look().fields["5"] == b64decode(content["index"])

    @pytest.mark.parametrize(("every", "follows"), [(0.0, True), (3600.0, False)])
    def test_it_looks_now_and_then(
        self, file: Path, monkeypatch: pytest.MonkeyPatch, *, every: float, follows: bool
    ) -> None:
        monkeypatch.setattr(keys, "LOOK_EVERY", every)
        ring = Ring(file)
        content = json.loads(file.read_text())
        file.write_text(
            json.dumps(content | {"fields": content["fields"] | {"5": content["index"]}})
        )

        assert ("5" in ring.keys().fields) is follows

    @pytest.mark.parametrize("fate", ["lost", "opened to others", "half written"])
    def test_it_goes_on_with_what_it_had_while_the_file_cannot_be_read(
        self, file: Path, fate: str
    ) -> None:
        ring, whole = Ring(file), file.read_bytes()
        before = ring.keys()
        if fate == "lost":
            file.unlink()
        elif fate == "opened to others":
            os.utime(file, (1, 1))
            file.chmod(0o644)
        else:
            file.write_bytes(whole[:40])

        assert ring.look() == ring.look() == before

        file.unlink(missing_ok=True)
        file.write_bytes(whole)
        file.chmod(0o600)
        assert keys.add_field_key(file) in ring.look().fields

    def test_nothing_starts_without_the_file(self, tmp_path: Path) -> None:
        with pytest.raises(KeysMissing):
            Ring(tmp_path / "none.json")
