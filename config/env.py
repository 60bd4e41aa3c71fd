"""Every setting that Tacit has, one documented field each, read from `TACIT_*` variables."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Environment(BaseSettings):
    """Settings of one installation. The variable of a field is `TACIT_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="TACIT_", extra="ignore")

    data_dir: Path = Field(default=Path(".tacit"), description="Directory of the embedded databases, keys and exports.")
    host: str = Field(default="127.0.0.1", description="Address to listen on. Anything but loopback needs a user.")
    port: int = Field(default=8642, ge=0, le=65535, description="Dashboard, REST and OTLP; 0 lets the system choose.")
    otlp_http_port: int = Field(default=4318, ge=0, le=65535, description="OTLP/HTTP; 0 lets the system choose.")
    clickhouse_dsn: str = Field(
        default="",
        description="ClickHouse server (`https://user:password@host:8443/tacit`); empty: embedded.",
    )
    database_url: str = Field(
        default="",
        description="Django's database (`postgres://user:password@host/tacit`); empty: SQLite in the data directory.",
    )
    broker_url: str = Field(
        default="memory://localhost/",
        description="Celery's broker (`redis://host:6379/0`); `memory:` only inside one process.",
    )
    memory_limit: int = Field(
        default=2_000_000_000,
        ge=500_000_000,
        description="Most memory that the embedded ClickHouse may take, in bytes.",
    )
    backlog_limit: int = Field(
        default=268_435_456,
        ge=1_000_000,
        description="Bytes of received spans that may wait for the store; beyond it senders get 503.",
    )
    secret_key: str = Field(default="", description="Signs sessions; empty: made once and kept in the data directory.")
    allowed_hosts: str = Field(
        default="",
        description="Host names under which the dashboard is reached, with commas; loopback always is.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="WARNING", description="Least level that is logged."
    )
    debug: bool = Field(default=False, description="Django's debug pages; for developing Tacit only.")
