"""The pages of programs, projects, milestones and outputs."""
