"""What a project's rules hide before it is stored: rules and columns come in, the columns without it go out.

`rules` says what there is, `texts` masks one text, `masker` the values of a request, `columns` walks over the rows.
"""

from tracing.masking.columns import Change, change_columns
from tracing.masking.masker import Masker, make_pseudonym
from tracing.masking.rules import KINDS, SECRETS, InvalidRuleError, Masking, Pattern, check_masking, write_stand_in
from tracing.masking.texts import Span

__all__ = [
    "KINDS",
    "SECRETS",
    "Change",
    "InvalidRuleError",
    "Masker",
    "Masking",
    "Pattern",
    "Span",
    "change_columns",
    "check_masking",
    "make_pseudonym",
    "write_stand_in",
]
