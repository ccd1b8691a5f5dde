"""What is read of releases: shapes that a page, a feed or an answer is made of. One file a shape; nothing here writes."""
