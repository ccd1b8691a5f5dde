"""The site: settings, addresses, workers. It knows every app; no app knows it."""
