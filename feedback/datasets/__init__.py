"""Finetuning data from feedback: labelled conversations come in, files that a trainer accepts go out."""

from feedback.datasets.building.build import Built, build_dataset
from feedback.datasets.building.files import copy_files, list_files, stream_zip
from feedback.datasets.building.source import HeldOut, Source
from feedback.datasets.definition import Definition
from feedback.datasets.format import Format
from feedback.datasets.formats import FORMATS, UnknownFormat
from feedback.datasets.record import LabelledConversation
from feedback.datasets.steps import Context

__all__ = [
    "FORMATS",
    "Built",
    "Context",
    "Definition",
    "Format",
    "HeldOut",
    "LabelledConversation",
    "Source",
    "UnknownFormat",
    "build_dataset",
    "copy_files",
    "list_files",
    "stream_zip",
]
