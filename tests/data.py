"""Where the real release data lies that tests may read."""

from django.conf import settings

SHARED = settings.BASE_DIR.parent / "shared" / "data"
OPENSTACK = SHARED / "openstack"
