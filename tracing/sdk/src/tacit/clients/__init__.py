"""Records the calls of the clients that apps use most; each is looked at when it is asked for, not before.

An app that uses others has OpenTelemetry's instrumentations for them, which work beside these.
"""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tacit.clients.patching import Client

_logger = logging.getLogger(__name__)


def instrument_openai() -> None:
    """Makes a span of every call of a model by the `openai` package, and keeps streams that are left early.

    Chat completions, responses and embeddings, sync and async. Called again, it does nothing. Where the package is
    not installed, or cannot be instrumented, it logs a warning and the app runs on.
    """
    from tacit.clients.openai import describe_client

    _instrument("openai", describe_client)


def instrument_anthropic() -> None:
    """Makes a span of every call of a model by the `anthropic` package, and keeps streams that are left early.

    Messages, sync and async. Called again, it does nothing. Where the package is not installed, or cannot be
    instrumented, it logs a warning and the app runs on.
    """
    from tacit.clients.anthropic import describe_client

    _instrument("anthropic", describe_client)


def uninstrument_openai() -> None:
    """Undoes `instrument_openai`, as tests may want."""
    from tacit.clients.openai import describe_client
    from tacit.clients.patching import restore_client

    restore_client(describe_client())


def uninstrument_anthropic() -> None:
    """Undoes `instrument_anthropic`, as tests may want."""
    from tacit.clients.anthropic import describe_client
    from tacit.clients.patching import restore_client

    restore_client(describe_client())


def _instrument(name: str, describe_client: "Callable[[], Client]") -> None:
    from tacit.clients.patching import patch_client

    try:
        patch_client(describe_client())
    except ModuleNotFoundError as error:
        problem = "is not installed here" if error.name == name else "does not import"
        _logger.warning("tacit.instrument_%s(): %s %s; nothing of it is recorded", name, name, problem, exc_info=error)
    except Exception:
        _logger.warning("tacit.instrument_%s() failed; the app runs on without", name, exc_info=True)
