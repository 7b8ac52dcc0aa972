"""The settings of the tests: the real ones, in a folder that goes afterwards, with cheap hashes."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# The first process makes the folder; parallel workers and started programs find it in the environment.
ROOM = os.environ.get("JISHI_TEST_ROOM")
if ROOM is None:
    ROOM = tempfile.mkdtemp(prefix="jishi-test-")
    os.environ["JISHI_TEST_ROOM"] = ROOM
    atexit.register(shutil.rmtree, ROOM, ignore_errors=True)

HERE = Path(ROOM) / os.environ.get("PYTEST_XDIST_WORKER", "main")
HERE.mkdir(exist_ok=True)
os.environ["JISHI_VAR_DIR"] = str(HERE)

from jishi_site.settings import *  # noqa: E402, F403
from jishi_site.settings import DATABASES, VAR_DIR  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

if DATABASES["default"]["ENGINE"] == "jishi.orm.sqlite":
    # A real file: what writers do to each other in memory is not what they do on a disk.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    # A server that was set up without a locale would otherwise make databases that know no Chinese.
    DATABASES["default"]["TEST"] = {"CHARSET": "UTF8", "TEMPLATE": "template0"}
