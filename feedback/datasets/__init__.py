"""Finetuning data from feedback: labelled conversations come in, files that a trainer accepts go out."""

from feedback.datasets.dataset import Dataset, build_dataset
from feedback.datasets.files import to_zip, write_files
from feedback.datasets.format import Format
from feedback.datasets.formats import FORMATS, UnknownFormat
from feedback.datasets.record import LabelledConversation
from feedback.datasets.source import HeldOut

__all__ = [
    "FORMATS",
    "Dataset",
    "Format",
    "HeldOut",
    "LabelledConversation",
    "UnknownFormat",
    "build_dataset",
    "to_zip",
    "write_files",
]
