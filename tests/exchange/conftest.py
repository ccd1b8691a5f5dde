"""The OpenStack data imported once, and a small organisation for rows to refer to.

What the fixtures need is imported in them: this file is read before Django is set up.
"""

from typing import Any

import pytest


@pytest.fixture(scope="session")
def imported_openstack(django_db_setup: None, django_db_blocker: Any) -> Any:
    """A copy of the suite's empty database, filled by importing the OpenStack files twice; dropped at the end."""
    from django.db import connection

    from tests.exchange.calls import At, copy_database, import_openstack_twice

    original = connection.settings_dict["NAME"]
    name = f"{original}_openstack"
    with django_db_blocker.unblock():
        copy_database(original, name)
        with At(name):
            imported = import_openstack_twice(name)
    yield imported
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def openstack(db: None, imported_openstack: Any) -> Any:
    """The database with the OpenStack data, to read in this test; nothing is rolled back there, so nothing is written."""
    from tests.exchange.calls import At

    with At(imported_openstack.database):
        yield imported_openstack


@pytest.fixture
def organisation(db: None) -> None:
    """A few things that other rows can refer to."""
    from tests.exchange.calls import bring

    outcome = bring(
        "slug,name,stage,time_zone,parts\nprod,Production,production,Europe/Berlin,eu|us\ntest,Test,test,UTC,\n",
        "slug,name,parent,depends_on\npayments,Payments,,\nledger,Ledger,payments,payments\n",
        "code,name,description\nP,Program,\n",
        "code,name,program,status\nPAY,Payments,P,active\n",
        "project,code,name,services\nPAY,api,Payments API,payments\n",
        "name,version,services,status\npayments,1.0,payments,planned\npayments,2.0,payments|ledger,draft\n",
        "release,environment,parts,starts_at,ends_at,status\npayments@1.0,prod,,2026-03-01T10:00:00Z,2026-03-01T12:00:00Z,succeeded\n",
    )
    assert not outcome.row_errors
