"""Which version of a row a client says it saw."""

#: What `If-Match: *` is read as, and an `If-Match` that names no version.
ANY_VERSION, NO_VERSION = -1, -2
