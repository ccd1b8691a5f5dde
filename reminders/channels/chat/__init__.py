"""Chat: each person's own address of a chat service, which apprise knows how to speak to."""
