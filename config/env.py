"""Every setting that Tacit has, one documented field each, read from `TACIT_*` variables and from files of secrets.

What is secret is a `SecretStr`, which is stars wherever it is printed, and no message repeats a wrong value of it.
"""

import ipaddress
import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import dj_database_url
from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SecretsSettingsSource, SettingsConfigDict

BROKERS = ("memory", "redis", "rediss", "redis+socket", "sentinel", "amqp", "amqps", "pyamqp")

ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#\s]+", re.IGNORECASE)
PUBLIC_URL = re.compile(r"https?://([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
SENDER = re.compile(r"[!#-'*+./0-9=?A-Z^_`a-z{|}~-]+@[A-Za-z0-9.-]+")
SECRETS_DIR = Path("/run/secrets")
"""Where Docker and Kubernetes put files of secrets."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Environment(BaseSettings):
    """Settings of one installation. The variable of a field is `TACIT_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="TACIT_", extra="ignore", hide_input_in_errors=True)

    data_dir: Path = Field(default=Path(".tacit"), description="Directory of the embedded databases, keys and exports.")
    host: str = Field(default="127.0.0.1", description="Address to listen on. Anything but loopback needs a user.")
    port: int = Field(default=8642, ge=0, le=65535, description="Dashboard, REST and OTLP; 0 lets the system choose.")
    otlp_http_port: int = Field(default=4318, ge=0, le=65535, description="OTLP/HTTP; 0 lets the system choose.")
    otlp_grpc_port: int = Field(default=4317, ge=0, le=65535, description="OTLP/gRPC; 0 lets the system choose.")
    public_url: str = Field(
        default="",
        description="Address under which others reach this server (`https://tacit.example.com`), without a path.",
    )
    trusted_proxy: str = Field(
        default="",
        description="Addresses or networks of the proxies in front, with commas; only they say who asks, and by https.",
    )
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
    clickhouse_dsn: SecretStr = Field(
        default=SecretStr(""),
        description="ClickHouse server (`https://user:password@host:8443/tacit`); empty: embedded.",
    )
    clickhouse_password: SecretStr = Field(
        default=SecretStr(""),
        description="Password of the ClickHouse server, as it is; wins over the one of the address.",
    )
    clickhouse_cluster: str = Field(
        default="",
        pattern=r"^\w*$",
        description="Name of a cluster of the servers, over which tables are spread; empty: one server.",
    )
    database_url: SecretStr = Field(
        default=SecretStr(""),
        description="Django's database (`postgres://user:password@host/tacit`); empty: SQLite in the data directory.",
    )
    database_password: SecretStr = Field(
        default=SecretStr(""), description="Password of Django's database, as it is; wins over the one of the address."
    )
    broker_url: SecretStr = Field(
        default=SecretStr("memory://localhost/"),
        description="Celery's broker (`redis://host:6379/0`); `memory:` only inside one process.",
    )
    lanes: int = Field(
        default=0,
        ge=0,
        le=64,
        description="So many workers listen to conversations at once; 0: 4 with a ClickHouse server, else 1.",
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
    datasets_dir: str = Field(
        default="", description="Directory of the files of datasets; empty: `datasets` in the data directory."
    )
    export_days: int = Field(
        default=7,
        ge=1,
        le=10_000,
        description="Days after which files of exports go, and what was collected for datasets that nobody had built.",
    )
    presidio: str = Field(
        default="",
        description="Countries whose national numbers Presidio looks for in datasets (`us,uk`); empty: without it.",
    )
    judge_url: str = Field(
        default="",
        description="OpenAI-compatible endpoint of a judging model (`https://api.example/v1`); empty: no judge.",
    )
    judge_model: str = Field(default="", description="Name of the judging model, as its endpoint knows it.")
    judge_key: SecretStr = Field(default=SecretStr(""), description="Key of the judging model's endpoint.")
    judge_share: float = Field(
        default=0.01,
        ge=0,
        le=1,
        description="Share of answers that the judge rates by chance, beside those people rated.",
    )
    judge_calls_a_day: int = Field(
        default=500, ge=0, le=1_000_000, description="Most calls of the judge in a project on one day."
    )
    namer: bool = Field(default=False, description="Whether the judging model names failure modes, too.")
    smtp_host: str = Field(default="", description="Mail server that alerts go out by; empty: no mail is sent.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the connection to the mail server is secured; `none` sends no password."
    )
    smtp_user: str = Field(default="", description="User of the mail server, where it wants one.")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="Password of that user.")
    mail_sender: str = Field(default="", description="Address that mails come from (`tacit@example.com`).")
    webhook_networks: str = Field(
        default="",
        description="Private networks that alerts may be sent to (`10.1.0.0/16`), with commas; empty: none.",
    )
    transformer: str = Field(
        default="",
        description="Directory of a Hugging Face sequence classifier, run by torch; empty: the shipped transformer.",
    )
    transformer_share: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="Share of users' messages, the likeliest to be feedback, that a transformer reads; 0 loads none.",
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""), description="Signs sessions; empty: made once and kept in the data directory."
    )
    secrets_dir: Path = Field(
        default=SECRETS_DIR,
        description="Directory of files that hold settings, named as the variables in lower case; variables win.",
    )
    allowed_hosts: str = Field(
        default="",
        description="Host names under which the dashboard is reached, with commas; loopback always is.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="WARNING", description="Least level that is logged."
    )
    log_format: Literal["line", "json"] = Field(
        default="line", description="How a line of the log is written: for people, or as an object of JSON."
    )
    own_traces_endpoint: str = Field(
        default="",
        description="Where spans of Tacit itself are sent to, OTLP by HTTP (`http://collector:4318`); empty: nowhere.",
    )
    own_traces_headers: SecretStr = Field(
        default=SecretStr(""), description="Headers to send with them (`authorization=Bearer KEY`), with commas."
    )
    own_traces_share: float = Field(
        default=0.01, ge=0, le=1, description="Share of received OTLP requests of which there are spans."
    )
    debug: bool = Field(default=False, description="Django's debug pages; for developing Tacit only.")

    @property
    def is_secure(self) -> bool:
        """Whether others reach this server by https alone."""
        return self.public_url.startswith("https://")

    @property
    def public_host(self) -> str:
        """Host of the public address, without port; empty where there is none."""
        return re.sub(r":[0-9]+$", "", urlsplit(self.public_url).netloc)

    @property
    def trusted_proxies(self) -> tuple[Network, ...]:
        return tuple(ipaddress.ip_network(each) for each in split_list(self.trusted_proxy))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 -- pydantic names it
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Options of a command, then variables, then files; the directory of the files is itself a setting."""
        directory = Path(env_settings().get("secrets_dir", SECRETS_DIR))
        if isinstance(file_secret_settings, SecretsSettingsSource) and directory.is_dir():
            file_secret_settings.secrets_dir = directory
        return init_settings, env_settings, dotenv_settings, file_secret_settings

    @field_validator("secrets_dir")
    @classmethod
    def check_secrets_dir(cls, value: Path) -> Path:
        if value != SECRETS_DIR and not value.is_dir():
            raise ValueError(f"There is no directory {value}; name the one that holds files such as tacit_secret_key")
        return value

    @field_validator("public_url")
    @classmethod
    def check_public_url(cls, value: str) -> str:
        """Written as browsers write an origin."""
        address = value.strip().lower().removesuffix("/")
        if address and not PUBLIC_URL.fullmatch(address):
            raise ValueError("This is no address; write https://tacit.example.com, with its port and no path")
        return address.removesuffix(":443" if address.startswith("https:") else ":80")

    @field_validator("trusted_proxy")
    @classmethod
    def check_trusted_proxy(cls, value: str, info: ValidationInfo) -> str:
        """Without a proxy that tells of https, every page would be sent to https again and again."""
        for each in split_list(value):
            try:
                ipaddress.ip_network(each)
            except ValueError as error:
                raise ValueError(f"{each!r} is no address and no network; write 127.0.0.1 or 172.18.0.0/16") from error
        if not value.strip() and info.data.get("public_url", "").startswith("https://"):
            raise ValueError(
                "TACIT_PUBLIC_URL is https, which a proxy in front must end; write the proxy's address here, "
                "127.0.0.1 where it runs on this machine"
            )
        return value

    @field_validator("cors_origins")
    @classmethod
    def check_cors_origins(cls, value: str) -> str:
        for origin in split_list(value):
            if not ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is no origin; write https://shop.example, with its port if it has one")
        return value

    @field_validator("smtp_user")
    @classmethod
    def check_smtp_user(cls, value: str, info: ValidationInfo) -> str:
        if value and info.data.get("smtp_security") == "none":
            raise ValueError("A password is only sent over TLS; set TACIT_SMTP_SECURITY to starttls or tls")
        return value

    @field_validator("mail_sender")
    @classmethod
    def check_mail_sender(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("smtp_host") and not SENDER.fullmatch(value):
            raise ValueError("TACIT_SMTP_HOST is set; write the address that mails come from, tacit@example.com")
        return value

    @field_validator("webhook_networks")
    @classmethod
    def check_webhook_networks(cls, value: str) -> str:
        for each in split_list(value):
            try:
                ipaddress.ip_network(each)
            except ValueError as error:
                raise ValueError(f"{each!r} is no network; write 10.1.0.0/16 or a single address") from error
        return value

    @field_validator("judge_url")
    @classmethod
    def check_judge_url(cls, value: str) -> str:
        address = value.strip().removesuffix("/").removesuffix("/chat/completions")
        parts = urlsplit(address)
        if address and (
            parts.scheme not in ("http", "https") or not parts.netloc or parts.query or "@" in parts.netloc
        ):
            raise ValueError("This is no address; write https://api.example/v1, and the key into TACIT_JUDGE_KEY")
        return address

    @field_validator("own_traces_endpoint")
    @classmethod
    def check_own_traces_endpoint(cls, value: str) -> str:
        address = value.strip()
        parts = urlsplit(address)
        if address and (
            not is_address(address)
            or parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.query
            or "@" in parts.netloc
        ):
            raise ValueError("This is no address; write http://collector:4318, and a key into TACIT_OWN_TRACES_HEADERS")
        return address

    @field_validator("judge_model")
    @classmethod
    def check_judge_model(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("judge_url") and not value.strip():
            raise ValueError("TACIT_JUDGE_URL is set; write the name of the model here")
        return value.strip()

    @field_validator("namer")
    @classmethod
    def check_namer(cls, value: bool, info: ValidationInfo) -> bool:
        if value and not info.data.get("judge_url"):
            raise ValueError("TACIT_JUDGE_URL is empty; name there the endpoint of the model that is to name")
        return value

    @field_validator("transformer")
    @classmethod
    def check_transformer(cls, value: str) -> str:
        if value and not (Path(value) / "config.json").is_file():
            raise ValueError(
                f"There is no {Path(value) / 'config.json'}; name a directory with a sequence classifier of "
                "Hugging Face, or nothing for the shipped transformer"
            )
        return value

    @field_validator("clickhouse_dsn")
    @classmethod
    def check_clickhouse_dsn(cls, value: SecretStr) -> SecretStr:
        check_address(value, "https://user:password@host:8443/tacit")
        return value

    @field_validator("clickhouse_cluster")
    @classmethod
    def check_clickhouse_cluster(cls, value: str, info: ValidationInfo) -> str:
        dsn = info.data.get("clickhouse_dsn")
        if value and not (dsn and dsn.get_secret_value()):
            raise ValueError("A cluster has servers; name the address of one, TACIT_CLICKHOUSE_DSN")
        return value

    @field_validator("database_url")
    @classmethod
    def check_database_url(cls, value: SecretStr) -> SecretStr:
        check_address(value, "postgres://user:password@host/tacit")
        try:
            if value.get_secret_value():
                dj_database_url.parse(value.get_secret_value())
        except ValueError:
            # What the parser says may hold part of a password.
            raise ValueError("This is no address; write postgres://user:password@host/tacit, or nothing") from None
        return value

    @field_validator("broker_url")
    @classmethod
    def check_broker_url(cls, value: SecretStr) -> SecretStr:
        scheme, separator, _ = value.get_secret_value().partition("://")
        if not separator or scheme not in BROKERS:
            raise ValueError("This is no address; write redis://host:6379/0 or amqp://user:password@host//, or nothing")
        return value


def split_list(value: str) -> list[str]:
    """The parts of a setting that has commas."""
    return [part.strip() for part in value.split(",") if part.strip()]


def check_address(value: SecretStr, example: str) -> None:
    """Raise ValueError where it is none, without repeating it: a `/` in a password puts the rest of it elsewhere."""
    address = value.get_secret_value()
    if address and not is_address(address):
        raise ValueError(
            f"This is no address; write {example}, or nothing. "
            "Letters of a password that mean something in an address are percent-encoded"
        )


def is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    is_cut = bool(parts.netloc) and "@" not in parts.netloc and "@" in text
    return "://" in text and port != 0 and not is_cut
