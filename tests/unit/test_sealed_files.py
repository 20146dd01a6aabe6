"""Files of any length are sealed in portions, none of which can be altered, moved or left out."""

from io import BytesIO
from pathlib import Path

import pytest

from app.core import sealed_files
from app.core.sealed_files import PORTION, TAG_BYTES, KeyUnreadable, SealBroken

KEY, OTHER = b"k" * 32, b"o" * 32
HEAD = len(b"sotay sealed 1\n") + 32


def seal(content: bytes, key: bytes = KEY, name: str = "database") -> bytes:
    target = BytesIO()
    sealed_files.seal(key, name, BytesIO(content), target)
    return target.getvalue()


def unseal(sealed: bytes, key: bytes = KEY, name: str = "database") -> bytes:
    target = BytesIO()
    sealed_files.unseal(key, name, BytesIO(sealed), target)
    return target.getvalue()


@pytest.mark.parametrize("size", [0, 1, PORTION - 1, PORTION, PORTION + 1, 2 * PORTION])
def test_what_was_sealed_is_what_is_opened(size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)

    sealed = seal(content)

    assert unseal(sealed) == content
    assert content[:64] not in sealed or size < 64


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (0, HEAD + PORTION + TAG_BYTES),  # without the last portion
        (0, -1),
        (0, HEAD),
        (0, 3),
        (1, None),
    ],
)
def test_what_is_cut_does_not_open(begin: int, end: int | None) -> None:
    with pytest.raises(SealBroken):
        unseal(seal(b"x" * (PORTION + 5))[begin:end])


def test_portions_do_not_change_places() -> None:
    sealed = seal(b"a" * PORTION + b"b" * PORTION + b"c")
    first, second = (HEAD + number * (PORTION + TAG_BYTES) for number in (0, 1))
    third = second + PORTION + TAG_BYTES

    with pytest.raises(SealBroken):
        unseal(sealed[:first] + sealed[second:third] + sealed[first:second] + sealed[third:])


@pytest.mark.parametrize("place", [0, 20, HEAD, HEAD + 3, -1])
def test_what_is_altered_does_not_open(place: int) -> None:
    sealed = bytearray(seal(b"content"))
    sealed[place] ^= 1

    with pytest.raises(SealBroken):
        unseal(bytes(sealed))


def test_it_opens_by_its_own_key_and_name_alone() -> None:
    sealed = seal(b"content")

    for key, name in ((OTHER, "database"), (KEY, "another")):
        with pytest.raises(SealBroken):
            unseal(sealed, key, name)


def test_equal_files_do_not_look_alike() -> None:
    assert seal(b"content") != seal(b"content")


@pytest.mark.parametrize("text", ["", "short", "a2V5", "not base64 at all " * 3])
def test_a_key_is_32_bytes_in_base64(tmp_path: Path, text: str) -> None:
    file = tmp_path / "key"
    file.write_text(text)

    with pytest.raises(KeyUnreadable):
        sealed_files.read_key(file)


def test_a_mark_is_of_its_key_and_content() -> None:
    marks = {sealed_files.sign(key, content) for key in (KEY, OTHER) for content in (b"a", b"b")}

    assert len(marks) == 4
