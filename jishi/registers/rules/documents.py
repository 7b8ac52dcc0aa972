"""Identity documents: which numbers can be, and what a citizen number tells besides."""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from jishi.kernel.citizen_numbers import parse_citizen_number
from jishi.kernel.errors import Invalid
from jishi.registers.rules.vocabulary import DocumentKind, Sex

_OTHER_NUMBER = re.compile(r"[0-9A-Z()/-]{3,30}")


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is kept: ``number`` is empty where somebody has none or does not show it."""

    kind: DocumentKind
    number: str = ""
    birth_date: dt.date | None = None
    sex: Sex | None = None


def read_document(kind: DocumentKind, text: str, today: dt.date) -> Document:
    """The document somebody typed; raises Invalid (field ``document_number``).

    A citizen number is checked by its check character and gives birth date and sex; of other documents only the
    characters are looked at.
    """
    number = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    if not number:
        return Document(kind)
    if kind is DocumentKind.CITIZEN:
        found = parse_citizen_number(number, today)
        return Document(kind, found.text, found.birth_date, Sex.MALE if found.is_male else Sex.FEMALE)
    if not _OTHER_NUMBER.fullmatch(number):
        raise Invalid(f"{kind.label}号码应为3至30个字母和数字，请对照证件核对。", field="document_number")
    return Document(kind, number)


def agreed(document: Document, *, birth_date: dt.date | None, sex: Sex) -> tuple[dt.date | None, Sex]:
    """Birth date and sex beside a document: what the number tells fills what is empty, and must not contradict."""
    if document.birth_date is not None and birth_date is not None and birth_date != document.birth_date:
        raise Invalid(
            f"出生日期与身份证号码（{document.birth_date:%Y-%m-%d}）不一致，请核对其中一项。", field="birth_date"
        )
    if document.sex is not None and sex is not Sex.UNKNOWN and sex is not document.sex:
        raise Invalid(f"性别与身份证号码（{document.sex.label}）不一致，请核对其中一项。", field="sex")
    return birth_date or document.birth_date, sex if sex is not Sex.UNKNOWN else document.sex or Sex.UNKNOWN
