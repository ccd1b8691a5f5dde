"""Releases are found by their words, by what other systems call them, and by the digests of what they carry."""

import django.contrib.postgres.indexes
from django.db import migrations, models

import common.searching


class Migration(migrations.Migration):
    dependencies = [("releases", "0004_artefact_version")]
    operations = [
        migrations.AddIndex(
            model_name="release",
            index=django.contrib.postgres.indexes.GinIndex(
                common.searching.Words("name", "version", "description"), name="release_words"
            ),
        ),
        migrations.AddIndex(
            model_name="externallink",
            index=django.contrib.postgres.indexes.GinIndex(
                common.searching.Words("system", "identifier"), name="external_link_words"
            ),
        ),
        migrations.AddIndex(
            model_name="artefact",
            index=models.Index(
                condition=models.Q(("digest", ""), _negated=True),
                fields=["digest"],
                name="artefact_digest",
                opclasses=["varchar_pattern_ops"],
            ),
        ),
    ]
