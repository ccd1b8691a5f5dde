"""Where things run: environments, services, and the routes between environments."""
