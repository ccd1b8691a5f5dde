"""A page with every component in every state, and the month and the agenda with made-up entries: looked at, and held to axe."""
