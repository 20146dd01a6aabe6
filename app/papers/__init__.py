"""Papers that the service writes: minutes, resolutions, attendance lists, as DOCX and PDF."""
