"""Words as QR codes that a camera reads from a screen or from paper."""

from io import BytesIO

import segno

QUIET_ZONE = 4


def draw(word: str) -> str:
    """An SVG picture without a size of its own: black on white, with its quiet zone."""
    picture = BytesIO()
    segno.make_qr(word, error="m").save(
        picture,
        kind="svg",
        border=QUIET_ZONE,
        dark="#000",
        light="#fff",
        xmldecl=False,
        omitsize=True,
        svgclass=None,
        lineclass=None,
        nl=False,
    )
    return picture.getvalue().decode()
