"""Moving a store from SQLite to PostgreSQL: all of it or nothing, proven before anybody is served there."""
