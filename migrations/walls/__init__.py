"""What PostgreSQL itself holds the program to: which rows a transaction sees, and what its role may do at all."""
