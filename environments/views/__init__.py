"""The pages of environments, services and routes."""
