"""The vehicle: programs, projects, their milestones and the outputs they deliver."""
