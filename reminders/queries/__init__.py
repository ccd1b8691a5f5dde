"""When reminders are due, whom they concern, and what there is to say."""
