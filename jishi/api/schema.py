"""The OpenAPI document as a file, for whoever builds a client offline: ``python -m jishi.api.schema``."""

import json
import os
from pathlib import Path
from typing import Any

import django

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "openapi.json"


def schema() -> dict[str, Any]:
    """The document that /api/openapi.json answers, as plain JSON types."""
    from jishi.api.v1.api import api  # the endpoints need Django set up, and main() sets it up

    document: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="api/")))
    return document


def write_schema(path: Path) -> None:
    """Write the document, indented and in a stable order, with a line break at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jishi_site.settings")
    django.setup()
    write_schema(REFERENCE)


if __name__ == "__main__":
    main()
