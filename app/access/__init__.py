"""Who may enter, and how far: tokens, sessions, doors, scopes and the book of looks."""
