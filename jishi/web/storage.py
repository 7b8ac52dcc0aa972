"""Static files under hashed names where they were collected, under their plain names elsewhere."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Hashed, pre-compressed files after ``collectstatic``; in tests and while writing pages nothing is collected.

    A name that was not collected is served as it stands instead of breaking the page; a test checks that every
    name the templates ask for exists.
    """

    manifest_strict = False
    support_js_module_import_aggregation = True  # our modules import each other: the names inside are hashed too

    def hashed_name(self, name: str, content: object = None, filename: str | None = None) -> str:
        if content is None and not self.exists(filename or name):
            return name
        return super().hashed_name(name, content, filename)
