"""Every setting that Tacit has, one documented field each, read from `TACIT_*` variables."""

import re
from pathlib import Path
from typing import Literal

import dj_database_url
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

BROKERS = ("memory", "redis", "rediss", "redis+socket", "sentinel", "amqp", "amqps", "pyamqp")

ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#\s]+", re.IGNORECASE)


class Environment(BaseSettings):
    """Settings of one installation. The variable of a field is `TACIT_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="TACIT_", extra="ignore")

    data_dir: Path = Field(default=Path(".tacit"), description="Directory of the embedded databases, keys and exports.")
    host: str = Field(default="127.0.0.1", description="Address to listen on. Anything but loopback needs a user.")
    port: int = Field(default=8642, ge=0, le=65535, description="Dashboard, REST and OTLP; 0 lets the system choose.")
    otlp_http_port: int = Field(default=4318, ge=0, le=65535, description="OTLP/HTTP; 0 lets the system choose.")
    otlp_grpc_port: int = Field(default=4317, ge=0, le=65535, description="OTLP/gRPC; 0 lets the system choose.")
    cors_origins: str = Field(
        default="",
        description="Origins whose pages may send OTLP from a browser (`https://shop.example`), with commas.",
    )
    max_value_characters: int = Field(
        default=2_000_000, ge=1_000, description="Characters of one received value; what is over it is cut and marked."
    )
    max_attributes: int = Field(
        default=20_000, ge=100, description="Attributes of one received span, event, link, log record or resource."
    )
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
    retention_days: int = Field(
        default=0,
        ge=0,
        le=10_000,
        description="Days after which rows go, in projects that say nothing else; 0 keeps them for ever.",
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

    @field_validator("cors_origins")
    @classmethod
    def check_cors_origins(cls, value: str) -> str:
        wrong = [origin for origin in value.split(",") if origin.strip() and not ORIGIN.fullmatch(origin.strip())]
        if wrong:
            raise ValueError(
                f"{wrong[0].strip()!r} is no origin; write https://shop.example, with its port if it has one"
            )
        return value

    @field_validator("clickhouse_dsn")
    @classmethod
    def check_clickhouse_dsn(cls, value: str) -> str:
        if value and "://" not in value:
            raise ValueError("This is no address; write https://user:password@host:8443/tacit, or nothing")
        return value

    @field_validator("database_url")
    @classmethod
    def check_database_url(cls, value: str) -> str:
        try:
            if value:
                dj_database_url.parse(value)
        except ValueError as error:
            raise ValueError("This is no address; write postgres://user:password@host/tacit, or nothing") from error
        return value

    @field_validator("broker_url")
    @classmethod
    def check_broker_url(cls, value: str) -> str:
        scheme, separator, _ = value.partition("://")
        if not separator or scheme not in BROKERS:
            raise ValueError("This is no address; write redis://host:6379/0 or amqp://user:password@host//, or nothing")
        return value
