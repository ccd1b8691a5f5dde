"""The pages of reminders: what one hears oneself, and what is said at all."""
