"""One module per door that is measured; each has `figures(...)`."""
