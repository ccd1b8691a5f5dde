"""Who acts: people, teams, roles, absences, API tokens, sign-in, preferences."""
