"""The files that come in and go out, as typed rows; nothing here knows a database."""
