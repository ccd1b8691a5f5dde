"""The workers' app. The broker carries "wake up" and ids only; PostgreSQL is the truth."""

import os

import django
from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "releasecal.settings")
django.setup()
app = Celery("releasecal")
app.conf.update(settings.CELERY)
app.autodiscover_tasks()
