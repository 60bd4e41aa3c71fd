"""A fitted project comes in, plain numbers that JSON takes go out; and back, to the last digit."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from feedback.satisfaction.defaults import Defaults, tell_defaults
from feedback.satisfaction.joint_model import Fit, Layout, RatioPrior
from feedback.satisfaction.label_model import LabelModel
from feedback.satisfaction.model import Satisfaction, Scales
from feedback.satisfaction.scales import Binning, Scale

VERSION = "1"
"""Of the model's code: another one fits all projects anew."""

Array = npt.NDArray[np.float64]


def digest_defaults(defaults: Defaults) -> str:
    """A digest of what is believed before a project is looked at, and of the model."""
    return digest(VERSION, tell_defaults(defaults))


def digest(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def tell_satisfaction(satisfaction: Satisfaction) -> dict[str, Any]:
    """All that was learnt; the defaults themselves only by their digest."""
    labels = satisfaction.labels
    return {
        "defaults": digest_defaults(satisfaction.defaults),
        "prevalence": labels.prevalence,
        "ratios": tell_arrays(labels.ratios),
        "spreads": tell_arrays(labels.spreads),
        "weights": labels.weights.tolist(),
        "scales": asdict(satisfaction.scales),
        "means": satisfaction.ratios.means.tolist(),
        "covariance": satisfaction.ratios.covariance.tolist(),
        "implicit": tell_fit(satisfaction.implicit),
        "joint": tell_fit(satisfaction.joint) if satisfaction.is_explicit else None,
    }


def tell_arrays(arrays: Sequence[Array]) -> list[Any]:
    return [each.tolist() for each in arrays]


def tell_fit(fit: Fit) -> dict[str, Any]:
    return {
        "parameters": fit.parameters.tolist(),
        "covariance": fit.covariance.tolist(),
        "layout": asdict(fit.layout),
    }


def read_satisfaction(told: Mapping[str, Any], defaults: Defaults) -> Satisfaction:
    """From what `tell_satisfaction` gave, also by way of JSON. Raises ValueError where that had other defaults."""
    known = digest_defaults(defaults)
    if told["defaults"] != known:
        raise ValueError(f"it was learnt with the defaults {told['defaults']}; expected {known}: fit the project anew")
    implicit = read_fit(told["implicit"])
    return Satisfaction(
        defaults=defaults,
        labels=LabelModel(
            prior=defaults.prior,
            prevalence=told["prevalence"],
            ratios=read_arrays(told["ratios"]),
            spreads=read_arrays(told["spreads"]),
            weights=np.array(told["weights"]),
        ),
        scales=read_scales(told["scales"]),
        ratios=RatioPrior(np.array(told["means"]), np.array(told["covariance"])),
        implicit=implicit,
        joint=read_fit(told["joint"]) if told["joint"] else implicit,
    )


def read_arrays(told: Sequence[Any]) -> tuple[Array, ...]:
    return tuple(np.array(each, float) for each in told)


def read_fit(told: Mapping[str, Any]) -> Fit:
    return Fit(np.array(told["parameters"]), np.array(told["covariance"]), Layout(**told["layout"]))


def read_scales(told: Mapping[str, Any]) -> Scales:
    names = ("turns", "answers", "thumb_turns", "thumb_answers")
    scales = {name: Scale(**{key: to_tuple(value) for key, value in told[name].items()}) for name in names}
    bins = told["bins"]
    return Scales(**scales, bins=Binning(tuple(bins["edges"]), tuple(bins["centres"])))


def to_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list | tuple) else value
