"""The standards: procedures and policies, and which of them a release has to meet."""
