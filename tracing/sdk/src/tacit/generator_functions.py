"""A generator function and what shall run in its place in, a callable that `inspect` still takes for it out.

Frameworks choose by `inspect.isgeneratorfunction` and `isasyncgenfunction`, which look at the code's flags.
"""

import functools
from collections.abc import Callable
from types import MethodType
from typing import Any


class GeneratorFunction:
    """Calls `replacement`; looks like `function` to `inspect`, binds to instances and pickles as it does."""

    __qualname__: str

    def __init__(self, function: Callable[..., Any], replacement: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self._replacement = replacement
        for attribute in ("__code__", "__defaults__", "__kwdefaults__"):
            setattr(self, attribute, getattr(function, attribute, None))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._replacement(*args, **kwargs)

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __reduce__(self) -> str:
        return self.__qualname__
