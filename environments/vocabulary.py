"""The words of environments."""

from django.db import models


class Stage(models.TextChoices):
    """How far from development an environment is; policies and last stops ask for it."""

    DEVELOPMENT = "development"
    TEST = "test"
    ACCEPTANCE = "acceptance"
    STAGING = "staging"
    PRODUCTION = "production"
    TRAINING = "training"
    RECOVERY = "recovery"


class ServiceKind(models.TextChoices):
    SYSTEM = "system"
    SERVICE = "service"
    COMPONENT = "component"
    PRODUCT = "product"
    HARDWARE = "hardware"


class SoakUnit(models.TextChoices):
    """Whether a soak counts every hour, or only working hours of the environment's region."""

    ELAPSED = "elapsed", "elapsed hours"
    WORKING = "working", "working hours"


class Hold(models.TextChoices):
    """How long a release holds its place at a stop."""

    DEPLOYING = "deploying", "while deploying"
    UNTIL_IT_LEAVES = "until_it_leaves", "until it leaves"


MOST_IMPORTANT_TIER, LEAST_IMPORTANT_TIER = 1, 4
