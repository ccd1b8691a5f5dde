"""Who may do what: the table of every route, and the proof that the product answers as it says."""
