"""The pages of releases and promotions, what is live where, and what releases add to the pages of projects and environments."""
