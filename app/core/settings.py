"""Every setting the service reads, in one place."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _split(text: object) -> object:
    return tuple(filter(None, re.split(r"[,\s]+", text))) if isinstance(text, str) else text


#: Several values in one variable, parted by commas.
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]


class Settings(BaseSettings):
    """Read from the environment, `SOTAY_` before each name."""

    model_config = SettingsConfigDict(
        env_prefix="SOTAY_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,  # an address may hold a password
    )

    database_url: str = "sqlite:///var/sotay.db"
    replica_url: str | None = Field(default=None, pattern="^postgresql")
    keys_file: Path = Path("var/keys.json")
    files_folder: Path = Path("var/files")
    files_url: str | None = Field(default=None, pattern="^s3://")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, validation_alias="PORT")
    docs: bool = True
    metrics_token: SecretStr | None = None
    demo_password: SecretStr | None = None
    log_level: str = "INFO"
    trusted_proxies: Words = ()
    allowed_hosts: Words = ()
    throttling: bool = True
    audit_anchor: Path = Path("var/audit-anchor.jsonl")
    deletions_file: Path = Path("var/deletions.jsonl")
    worker_in_server: bool = True
    drain_seconds: float = Field(default=0, ge=0, le=300)

    @model_validator(mode="after")
    def _follows_a_primary(self) -> Self:
        if self.replica_url and not self.database_url.startswith("postgresql"):
            raise ValueError("SOTAY_REPLICA_URL: only a PostgreSQL can be followed")
        return self


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()


#: How many requests work at the same time: about four for each core, measured.
THREADS = 8
#: The largest JSON body, and the largest upload, in bytes.
BODY_LIMIT = 1024 * 1024
UPLOAD_LIMIT = 16 * 1024 * 1024
#: The largest document, in bytes.
DOCUMENT_LIMIT = 20 * 1024 * 1024
#: The largest template of a paper, in bytes.
TEMPLATE_LIMIT = 4 * 1024 * 1024
#: What the other fields of a form may take besides its file.
FORM_LIMIT = 64 * 1024
