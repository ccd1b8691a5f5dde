"""What every test can use. The servers come first: importing them sets the environment that the settings read."""

pytest_plugins = ["tests.servers", "tests.database", "tests.mail"]
