"""Who may move what from where: every verb × role × state of promotions, approvals, gates and releases."""
