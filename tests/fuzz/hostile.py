"""What breaks services: by name, as texts, as pieces of JSON, of addresses and of headers."""

import json
from urllib.parse import quote_from_bytes

#: Part of some values; no answer may repeat it.
ECHO = "khong-duoc-nhac-lai"

#: Stand anywhere: in bodies and forms, in addresses, in headers where a header may hold them.
TEXTS: dict[str, str] = {
    "nothing": "",
    "a space": " ",
    "NUL": "\0",
    "NUL within": f"{ECHO}\0{ECHO}",
    "a lone surrogate": "\ud800",
    "a lone low surrogate": f"{ECHO}\udc00",
    "2^31": str(2**31),
    "2^63": str(2**63),
    "-2^63 - 1": str(-(2**63) - 1),
    "minus one": "-1",
    "4,000 digits": "9" * 4_000,
    "not a number": "NaN",
    "without end": "-Infinity",
    "too great": "1e999",
    "digits of Python": "1_0",
    "digits of C": "0x10",
    "Arabic digits": "\u0661\u0662",
    "wide digits": "\uff11" * 12,
    "Arabic day": "\u0662\u0660\u0662\u0666-\u0660\u0665-\u0661\u0665",
    "true": "true",
    "null": "null",
    "year 1": "0001-01-01",
    "year 9999": "9999-12-31",
    "year 10000": "10000-01-01",
    "no leap year": "2026-02-29",
    "month 13": "2026-13",
    "month of year 0": "0000-01",
    "month of year 9999": "9999-12",
    "before all time": "0001-01-01T00:00:00+14:00",
    "after all time": "9999-12-31T23:59:59-14:00",
    "a leap second": "2026-06-30T23:59:60Z",
    "an offset of days": "2026-05-15T12:00:00+99:99",
    "hour 25": "25:61",
    "an id of nobody": "00000000-0000-0000-0000-000000000000",
    "an id in braces": "{0197a3f0-0000-7000-8000-000000000001}",
    "an id as a name": "urn:uuid:0197a3f0-0000-7000-8000-000000000001",
    "nothing between": f"{ECHO}\u200b{ECHO}",
    "turned round": f"\u202e{ECHO}",
    "a byte order mark": f"\ufeff{ECHO}",
    "marks on marks": "Z" + "\u0301" * 600,
    "a family": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "beyond all letters": "\U0010ffff",
    "wildcards": "%" * 5_000,
    "single wildcards": "_" * 300,
    "up and out": "../../../../etc/passwd",
    "up and out of Windows": "..\\..\\windows\\win.ini",
    "an address of the disk": "file:///etc/passwd",
    "SQL": f"{ECHO}' OR '1'='1",
    "more SQL": "'; DROP TABLE members; --",
    "a union": "1) UNION SELECT password_hash FROM accounts --",
    "two lines": f"{ECHO}\r\nSet-Cookie: {ECHO}=1",
    "a line of Unicode": f"{ECHO}\u2028{ECHO}",
    "a command of terminals": f"\x1b[2J{ECHO}",
    "markup": f"<script>{ECHO}</script>",
    "a template": "{{7*7}}${7*7}#{7*7}",
    "a format": "{0.__class__.__mro__}%s%n%x",
    "a formula": "=cmd|' /C calc'!A0",
    "a lookup": "${jndi:ldap://127.0.0.1/a}",
    "a shell": "$(id)`id`|id",
    "half a mebibyte": "a" * 500_000,
}

#: Stand in a body in place of a value, as they are; `@key@` is the name of the place.
PIECES: dict[str, bytes] = {
    "NaN": b"NaN",
    "Infinity": b"Infinity",
    "-Infinity": b"-Infinity",
    "1e999": b"1e999",
    "2^31 as a number": b"2147483648",
    "2^53 + 1": b"9007199254740993",
    "2^63 as a number": b"9223372036854775808",
    "-2^63 - 1 as a number": b"-9223372036854775809",
    "4,000 digits as a number": b"9" * 4_000,
    "4,000 decimals": b"0." + b"9" * 4_000,
    "minus one as a number": b"-1",
    "nought": b"0",
    "minus nought": b"-0.0",
    "one and a half": b"1.5",
    "one, as a fraction": b"1.0",
    "yes": b"true",
    "no": b"false",
    "null as it is": b"null",
    "an empty list": b"[]",
    "an empty object": b"{}",
    "a list of nothing": b"[null]",
    "a list in a list": b'[["a"]]',
    "an operator": b'{"$ne": null}',
    "a prototype": b'{"__proto__": {"a": 1}}',
    "a key twice": b'{"a": 1, "a": 2}',
    "its own key twice": b"1, @key@: 2",
    "30 deep": b"[" * 30 + b"]" * 30,
    "900 deep": b"[" * 900 + b"]" * 900,
    "objects 900 deep": b'{"a":' * 900 + b"1" + b"}" * 900,
    "ten thousand numbers": b"[" + b"1," * 9_999 + b"1]",
    "ten thousand texts": b"[" + b'"' + ECHO.encode() + b'",' * 9_999 + b'""]',
    "raw NUL": b'"\0"',
    "no UTF-8": b'"\xff\xfe"',
    "overlong": b'"\xc0\xaf"',
    "a surrogate in bytes": b'"\xed\xa0\x80"',
    "single quotes": b"'a'",
    "a comment": b"1 /* a */",
    "a comma too many": b"1,",
    "a nought before": b"01",
    "hexadecimal": b"0x10",
    "digits parted": b"1_0",
    "never closed": b'"a',
    "another value": b'1} {"a": 1',
    "more than a mebibyte": b'"' + b"a" * 1_100_000 + b'"',
}

#: Stand in an address in place of a value, as they are.
ESCAPES: dict[str, bytes] = {
    "a bare sign": b"%",
    "no hexadecimal": b"%zz",
    "of another making": b"%u0041",
    "no UTF-8": b"%FF%FE",
    "overlong": b"%C0%AF",
    "a surrogate in bytes": b"%ED%A0%80",
    "escaped twice": b"%2525252e",
    "up, escaped": b"%2e%2e%2f%2e%2e%2fetc",
    "up, escaped twice": b"%252e%252e%252f",
    "a plus": b"+",
    "a semicolon": b"a;b=c",
    "raw bytes": b"\xff\xfe",
}

#: Stand in a header in place of its value, as they are.
HEADERS: dict[str, bytes] = {
    "nothing": b"",
    "raw bytes": b"\xff\xfe\x80",
    "any": b"*",
    "weak": b'W/"1"',
    "several": b'"1", "2"',
    "without marks": b"1",
    "half a mark": b'"1',
    "minus": b'"-1"',
    "20 digits": b'"99999999999999999999"',
    "4,000 digits": b'"' + b"9" * 4_000 + b'"',
    "digits of Python": b'"1_0"',
    "Arabic digits": '"\u0661"'.encode(),
    "a tab": b"\t",
    "commas": b"," * 2_000,
    "semicolons": b";=" * 1_000,
    "quotes": b'"' * 999,
    "long": ECHO.encode() * 200,
    "too long": ECHO.encode() * 1_000,
    "SQL": b"' OR 1=1 --",
    "up and out": b"../../etc/passwd",
    "bearer of nothing": b"Bearer ",
    "bearer of dots": b"Bearer ..",
    "bearer of much": b"Bearer " + b"a" * 5_000,
    "bearer twice": b"Bearer Bearer a.b.c",
    "basic": b"Basic cm9vdDpyb290",
    "another charset": b"application/json; charset=utf-16",
    "a form": b"application/x-www-form-urlencoded",
    "a form in parts": b"multipart/form-data",
    "a form of odd parts": b"multipart/form-data; boundary=" + b"-" * 200,
    "a boundary that is none": b'multipart/form-data; boundary="\xff"',
    "XML": b"text/xml",
}


def as_json(text: str) -> bytes:
    return json.dumps(text).encode()


def as_address(text: str) -> bytes:
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="").encode()


def in_bodies() -> dict[str, bytes]:
    return {f"text: {name}": as_json(text) for name, text in TEXTS.items()} | PIECES


def in_addresses() -> dict[str, bytes]:
    """Of a length that a server still takes."""
    texts = {f"text: {name}": as_address(text) for name, text in TEXTS.items()}
    return {name: value[:15_000] for name, value in texts.items()} | ESCAPES


def in_forms() -> dict[str, bytes]:
    return {name: text.encode("utf-8", "surrogatepass") for name, text in TEXTS.items()}
