"""The workers' app. The broker carries "wake up" and ids only; PostgreSQL is the truth."""

import os

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "releasecal.settings")
app = Celery("releasecal")
app.conf.update(settings.CELERY)
app.autodiscover_tasks()
