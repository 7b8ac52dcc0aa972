"""The files people send to be imported: kept where only this program reads them, and removed a while afterwards."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from jishi.registers.actions import imports
from jishi.registers.queries.imports import old_files

_SHEETS = (".xlsx", ".xls")
KEPT = dt.timedelta(days=7)  # how long the file of an import that is over is kept, for its refused rows


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep_upload(pieces: Iterator[bytes], name: str) -> Path:
    """Put an uploaded file where only this program reads it; returns its path."""
    folder: Path = settings.IMPORTS_DIR
    folder.mkdir(parents=True, exist_ok=True)
    suffix = next((end for end in _SHEETS if name.lower().endswith(end)), ".csv")
    path = folder / f"{secrets.token_hex(12)}{suffix}"
    path.touch(mode=0o600)
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece)
    return path


def forget_files(now: dt.datetime) -> int:
    """Remove uploaded files of imports that ended a week ago; what lay elsewhere stays. Returns how many."""
    removed = 0
    for run_id, path in old_files(now - KEPT):
        if Path(path).parent == settings.IMPORTS_DIR:
            Path(path).unlink(missing_ok=True)
            removed += 1
        imports.forget_file(run_id=run_id)
    return removed
