"""The history of the tables; run by app.kit.migrate."""
